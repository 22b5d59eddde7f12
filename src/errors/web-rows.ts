import type { Outcome } from './outcome.ts';

/** Troubles of pages and requests that belong to no domain folder. */
export type WebErrorCode =
  | 'unexpected'
  | 'store_unavailable'
  | 'page_not_found'
  | 'method_not_allowed'
  | 'body_too_large'
  | 'request_malformed'
  | 'body_encoding_unsupported'
  | 'admin_token_missing'
  | 'admin_token_invalid'
  | 'admin_scope_missing'
  | 'registration_token_invalid'
  | 'precondition_missing'
  | 'form_expired'
  | 'interaction_expired'
  | 'interaction_elsewhere'
  | 'cookies_missing'
  | 'too_many_requests'
  | 'service_unknown'
  | 'return_address_unknown'
  | 'authorization_request_invalid'
  | 'sign_out_request_invalid'
  | 'area_sign_in_over'
  | 'area_sign_in_elsewhere'
  | 'area_sign_in_declined'
  | 'area_sign_in_failed'
  | 'session_not_found'
  | 'console_role_missing';

const startAgain = { vi: 'Quay lại dịch vụ và bấm đăng nhập lần nữa.', en: 'Go back to the service and choose sign in once more.' };
const nothingShared = { vi: 'Chưa có thông tin nào được chia sẻ.', en: 'Nothing was shared.' };

/** Signing in to one of SenID's own pages that did not come about. */
const notIn = (status: number, vi: string, en: string, helpDesk: string): Outcome => ({
  status,
  log: 'info',
  title: { vi, en },
  explanation: { vi: 'Chưa có gì thay đổi.', en: 'Nothing was changed.' },
  nextStep: { vi: 'Mở lại trang rồi đăng nhập.', en: 'Open the page again and sign in.' },
  helpDesk,
});

/** What only programs of ours meet. */
const forPrograms = (status: number, vi: string, en: string, helpDesk: string): Outcome => ({
  status,
  log: 'info',
  title: { vi, en },
  explanation: { vi: 'Chưa có gì thay đổi.', en: 'Nothing was changed.' },
  nextStep: { vi: 'Xem tài liệu /admin/v1/openapi.json.', en: 'See /admin/v1/openapi.json.' },
  helpDesk,
});

export const webRows = {
  unexpected: {
    status: 500,
    oauth: 'server_error',
    log: 'error',
    title: { vi: 'Có trục trặc ở phía chúng tôi', en: 'Something went wrong on our side' },
    explanation: {
      vi: 'Lỗi đã được ghi lại. Chưa có thông tin nào được chia sẻ.',
      en: 'The fault was recorded. Nothing was shared.',
    },
    nextStep: {
      vi: 'Vui lòng thử lại sau vài phút. Khi cần hỗ trợ, hãy đọc mã tham chiếu.',
      en: 'Please try again in a few minutes. If you need help, quote the reference.',
    },
    helpDesk: 'Search the logs for the reference; the cause is beside it.',
  },
  store_unavailable: {
    status: 503,
    oauth: 'temporarily_unavailable',
    log: 'error',
    title: { vi: 'Dịch vụ đang tạm gián đoạn', en: 'The service is interrupted for a moment' },
    explanation: {
      vi: 'Bước vừa rồi có thể chưa được lưu. Chưa có thông tin nào được chia sẻ.',
      en: 'Your last step may not have been saved. Nothing was shared.',
    },
    nextStep: { vi: 'Vui lòng thử lại sau nửa phút.', en: 'Please try again in half a minute.' },
    helpDesk: 'Look at /readyz and the store.',
  },
  page_not_found: {
    status: 404,
    log: 'debug',
    title: { vi: 'Không tìm thấy trang', en: 'There is no such page' },
    explanation: {
      vi: 'Địa chỉ này không có ở đây. Có thể liên kết đã cũ hoặc bị gõ nhầm.',
      en: 'There is nothing at this address. The link may be old or mistyped.',
    },
    nextStep: {
      vi: 'Kiểm tra lại địa chỉ, hoặc quay lại dịch vụ bạn đang dùng.',
      en: 'Check the address, or go back to the service you were using.',
    },
    helpDesk: 'Ask where the link came from.',
  },
  method_not_allowed: {
    status: 405,
    log: 'debug',
    title: { vi: 'Yêu cầu không đúng cách', en: 'This address is used differently' },
    explanation: nothingShared,
    nextStep: startAgain,
    helpDesk: 'A program calls the address with the wrong HTTP method.',
  },
  body_too_large: {
    status: 413,
    log: 'info',
    title: { vi: 'Nội dung gửi lên quá lớn', en: 'What was sent is too large' },
    explanation: nothingShared,
    nextStep: startAgain,
    helpDesk: 'Forms take up to 32 KiB.',
  },
  request_malformed: {
    status: 400,
    oauth: 'invalid_request',
    log: 'info',
    title: { vi: 'Không đọc được yêu cầu', en: 'The request could not be read' },
    explanation: nothingShared,
    nextStep: startAgain,
    helpDesk: 'The request is not well-formed.',
  },
  body_encoding_unsupported: {
    status: 415,
    oauth: 'invalid_request',
    log: 'info',
    title: { vi: 'Không đọc được nội dung nén', en: 'Compressed content is not read' },
    explanation: nothingShared,
    nextStep: { vi: 'Gửi lại nội dung không nén.', en: 'Send it again without compression.' },
    helpDesk: 'A program sends a Content-Encoding; no endpoint takes one.',
  },
  admin_token_missing: forPrograms(
    401,
    'Thiếu mã truy cập',
    'An access token is needed',
    'The admin API takes a token of the client credentials grant, as a bearer or with a DPoP proof.',
  ),
  admin_token_invalid: forPrograms(
    401,
    'Mã truy cập không dùng được',
    'The access token is not valid here',
    'Expired, of a person, bound to a key or certificate that the call does not show, or of a service that is not internal, is suspended or is only tried.',
  ),
  registration_token_invalid: forPrograms(
    401,
    'Mã truy cập đăng ký không dùng được',
    'The registration access token is not valid here',
    'Of another registration, of one that was deleted, or of a service that has left the sandbox.',
  ),
  admin_scope_missing: forPrograms(
    403,
    'Mã truy cập thiếu quyền',
    'The access token lacks a scope',
    'The scope must be in the registration (`allowed_scopes`) and asked for at the token endpoint.',
  ),
  precondition_missing: forPrograms(
    428,
    'Cần nêu phiên bản đã xem',
    'The state that was looked at must be named',
    'Send the ETag of the service as If-Match.',
  ),
  form_expired: {
    status: 403,
    log: 'info',
    title: { vi: 'Biểu mẫu này đã cũ', en: 'This form is out of date' },
    explanation: {
      vi: 'Vì an toàn, chúng tôi không nhận biểu mẫu này. Chưa có gì thay đổi.',
      en: 'To be safe we did not accept it. Nothing has changed.',
    },
    nextStep: { vi: 'Mở lại trang rồi làm tiếp.', en: 'Open the page again and go on.' },
    helpDesk: 'The CSRF token does not belong to this page: an old tab, or a forged form.',
  },
  interaction_expired: {
    status: 400,
    oauth: 'access_denied',
    log: 'info',
    title: { vi: 'Lần đăng nhập này đã kết thúc hoặc hết hạn', en: 'This sign-in has ended or expired' },
    explanation: {
      vi: 'Trang đăng nhập chỉ dùng được một lần, trong một thời gian ngắn. Chưa có thông tin nào được chia sẻ.',
      en: 'A sign-in page works once and for a short time. Nothing was shared.',
    },
    nextStep: startAgain,
    helpDesk: 'Reload, back button, or more than the life of the page has passed.',
  },
  interaction_elsewhere: {
    status: 400,
    log: 'info',
    title: { vi: 'Trang này thuộc về một trình duyệt khác', en: 'This page belongs to another browser' },
    explanation: {
      vi: 'Lần đăng nhập này bắt đầu ở một trình duyệt khác, hoặc trình duyệt này không nhận cookie. Đăng nhập bằng liên kết của người khác là không thể.',
      en: 'This sign-in was begun in another browser, or this browser takes no cookies. Nobody can be signed in through a link of somebody else.',
    },
    nextStep: {
      vi: 'Cho phép cookie của trang này, rồi bắt đầu lại từ dịch vụ, trong chính trình duyệt này.',
      en: 'Allow cookies for this site, then start again from the service, in this browser.',
    },
    helpDesk: 'Ask whether the link was opened in another app or browser, and whether cookies are off.',
  },
  cookies_missing: {
    status: 400,
    log: 'info',
    title: { vi: 'Trình duyệt của bạn không nhận cookie', en: 'Your browser takes no cookies' },
    explanation: {
      vi: 'SenID cần một cookie để biết trang đăng nhập này là của bạn. Chưa có thông tin nào được chia sẻ.',
      en: 'SenID needs a cookie to know that the sign-in page is yours. Nothing was shared.',
    },
    nextStep: {
      vi: 'Cho phép cookie của trang này, rồi quay lại dịch vụ và bấm đăng nhập lần nữa.',
      en: 'Allow cookies for this site, then go back to the service and choose sign in once more.',
    },
    helpDesk: 'Ask whether cookies are blocked or the browser is in a mode that drops them.',
  },
  too_many_requests: {
    status: 429,
    log: 'info',
    title: { vi: 'Quá nhiều yêu cầu', en: 'Too many requests' },
    explanation: {
      vi: 'Từ mạng của bạn có quá nhiều yêu cầu trong thời gian ngắn. Tài khoản không bị khóa.',
      en: 'Too many requests came from your network in a short time. No account is locked.',
    },
    nextStep: { vi: 'Vui lòng đợi một phút rồi thử lại.', en: 'Please wait a minute and try again.' },
    helpDesk: 'A limit by network.',
  },
  service_unknown: {
    status: 400,
    oauth: 'invalid_client',
    log: 'info',
    title: { vi: 'Chúng tôi không nhận ra dịch vụ này', en: 'We do not recognise this service' },
    explanation: {
      vi: 'Dịch vụ bạn vừa rời đi chưa được đăng ký, hoặc đã bị tạm dừng. Chưa có thông tin nào được chia sẻ.',
      en: 'The service you came from is not registered here, or was suspended. Nothing was shared.',
    },
    nextStep: {
      vi: 'Kiểm tra địa chỉ của dịch vụ; nếu nghi ngờ, đừng nhập thông tin gì và báo cho chúng tôi.',
      en: 'Check the address of the service; if in doubt, enter nothing there and tell us.',
    },
    helpDesk: 'client_id unknown or suspended: `senid clients show`.',
  },
  return_address_unknown: {
    status: 400,
    oauth: 'invalid_request',
    log: 'warn',
    title: { vi: 'Địa chỉ quay về không đúng', en: 'The return address is not the registered one' },
    explanation: {
      vi: 'Để bảo vệ bạn, chúng tôi không chuyển bạn đến một địa chỉ mà dịch vụ chưa đăng ký. Chưa có thông tin nào được chia sẻ.',
      en: 'To protect you we do not send you to an address the service has not registered. Nothing was shared.',
    },
    nextStep: {
      vi: 'Báo cho dịch vụ biết; họ cần sửa đăng ký của mình.',
      en: 'Tell the service: it has to correct its registration.',
    },
    helpDesk: 'redirect_uri differs from the registration, by a slash, a port or a host.',
  },
  authorization_request_invalid: {
    status: 400,
    oauth: 'invalid_request',
    log: 'info',
    title: { vi: 'Dịch vụ gửi yêu cầu đăng nhập chưa đúng', en: 'The service sent a faulty sign-in request' },
    explanation: nothingShared,
    nextStep: {
      vi: 'Thử lại từ dịch vụ; nếu vẫn lỗi, hãy báo cho dịch vụ kèm mã tham chiếu.',
      en: 'Try again from the service; if it fails again, tell the service and quote the reference.',
    },
    helpDesk: 'The log line with this reference has the OAuth error.',
  },
  sign_out_request_invalid: {
    status: 400,
    oauth: 'invalid_request',
    log: 'info',
    title: { vi: 'Dịch vụ gửi yêu cầu đăng xuất chưa đúng', en: 'The service sent a faulty sign-out request' },
    explanation: {
      vi: 'Chúng tôi chưa làm gì cả: nếu bạn đang đăng nhập SenID trên trình duyệt này thì vẫn như vậy.',
      en: 'We did nothing: if you were signed in to SenID in this browser, you still are.',
    },
    nextStep: {
      vi: 'Để đăng xuất, quay lại dịch vụ và thử lại, hoặc đóng trình duyệt trên máy dùng chung.',
      en: 'To sign out, go back to the service and try again, or close the browser on a shared computer.',
    },
    helpDesk: 'id_token_hint, client_id or post_logout_redirect_uri is wrong; the log line with this reference says which.',
  },
  area_sign_in_over: notIn(
    401,
    'Bạn cần đăng nhập lại',
    'You have to sign in again',
    'The session was idle for half an hour, has lasted eight hours, or the account was ended; the form was not taken.',
  ),
  area_sign_in_elsewhere: notIn(
    400,
    'Lần đăng nhập này không bắt đầu ở đây',
    'This sign-in was not begun here',
    'The answer belongs to another browser, was used before, or came after half an hour.',
  ),
  area_sign_in_declined: notIn(
    403,
    'Bạn chưa đăng nhập',
    'You are not signed in',
    'The person cancelled, or the level is out of their reach; the detail is the OAuth error.',
  ),
  area_sign_in_failed: notIn(
    400,
    'Đăng nhập không thành công',
    'Signing in did not succeed',
    'The code was used or is over, the level was not asserted, or the account was stopped meanwhile; the detail says which.',
  ),
  session_not_found: {
    status: 404,
    log: 'info',
    title: { vi: 'Không còn đăng nhập ở đó', en: 'There is no such sign-in any longer' },
    explanation: { vi: 'Chưa có gì thay đổi.', en: 'Nothing was changed.' },
    nextStep: { vi: 'Tải lại danh sách rồi xem lại.', en: 'Load the list again and look once more.' },
    helpDesk: "Ended already, another person's, or the present one, which ends by signing out.",
  },
  console_role_missing: {
    status: 403,
    log: 'info',
    title: { vi: 'Bạn chưa có vai trò ở đây', en: 'You have no role here' },
    explanation: {
      vi: 'Trang quản lý dịch vụ chỉ dành cho người quản lý dịch vụ, người duyệt và người vận hành.',
      en: 'The service console is for managers of services, reviewers and operators.',
    },
    nextStep: {
      vi: 'Nhờ người vận hành SenID cấp vai trò cho bạn: senid console grant.',
      en: 'Ask an operator of SenID to give you a role: senid console grant.',
    },
    helpDesk: '`senid console list` says who has which role.',
  },
} as const satisfies Record<WebErrorCode, Outcome>;
