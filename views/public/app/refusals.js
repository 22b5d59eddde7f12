// Every refusal in words: what happened, then whether anything changed and what to do. Codes are for programs; people never see one.
import { fill } from './texts.js';

const updateVi = 'Chưa có gì thay đổi. Hãy tải lại trang này rồi thử lại.';
const updateEn = 'Nothing has changed. Load this page again and try once more.';
const update = { vi: updateVi, en: updateEn };
const startAgain = {
  vi: 'Chưa có gì được chia sẻ. Nếu chính bạn đang đăng nhập, hãy bắt đầu lại từ dịch vụ.',
  en: 'Nothing was shared. If it is you who signs in, start again from the service.',
};
const scanAgain = {
  vi: 'Chưa có gì được chia sẻ. Hãy quét lại mã đang hiện trên màn hình kia.',
  en: 'Nothing was shared. Scan the code that is on the other screen now.',
};
const wait = {
  vi: 'Chưa có gì thay đổi. Hãy đợi {minutes} phút rồi thử lại.',
  en: 'Nothing has changed. Try again in {minutes} min.',
};
const newCode = {
  vi: 'Hãy xin một mã đăng ký mới tại nơi đăng ký, rồi đăng ký lại.',
  en: 'Ask for a new enrolment code at the registration desk, then enrol again.',
};

const row = (vi, en, next) => ({ what: { vi, en }, next });

const general = row('Có trục trặc, chưa thực hiện được', 'Something went wrong', {
  vi: 'Chưa có gì được chia sẻ. Hãy thử lại sau vài phút; khi cần hỗ trợ, hãy đọc mã tham chiếu.',
  en: 'Nothing was shared. Try again in a few minutes; if you need help, quote the reference.',
});

export const refusals = {
  enrolment_code_invalid: row('Mã đăng ký không đúng, đã dùng hoặc hết hạn.', 'The enrolment code is wrong, used or expired.', {
    vi: 'Kiểm tra lại từng ký tự, hoặc xin mã mới.',
    en: 'Check each character, or ask for a new one.',
  }),
  enrolment_invalid: row('Chưa đăng ký được điện thoại này', 'This phone could not be enrolled', {
    vi: 'Mã của bạn vẫn dùng được. Hãy tải lại trang này rồi thử lại.',
    en: 'Your code is still good. Load this page again and try once more.',
  }),
  enrolment_password_missing: row('Mã này cần mật khẩu của bạn.', 'This code needs your password.', {
    vi: 'Nhập mật khẩu bạn dùng để đăng nhập SenID.',
    en: 'Enter the one that you sign in to SenID with.',
  }),
  enrolment_password_wrong: row('Mật khẩu không đúng.', 'The password is not right.', {
    vi: 'Mã của bạn vẫn dùng được. Kiểm tra rồi nhập lại.',
    en: 'Your code is still good. Check it and enter it again.',
  }),
  sign_in_slowed: row('Có quá nhiều lần nhập sai', 'There were too many wrong entries', wait),
  device_name_invalid: row('Tên này chưa dùng được', 'This name does not work', update),
  password_not_set: row('Tài khoản này chưa có mật khẩu', 'This account has no password', update),
  attestation_unsupported: row('Ở đây chưa dùng được trình duyệt làm điện thoại', 'A browser is not taken as a phone here', {
    vi: 'Mã của bạn vẫn dùng được. Hãy dùng ứng dụng chính thức trên điện thoại.',
    en: 'Your code is still good. Use the official app on your phone.',
  }),
  enrolment_request_invalid: row('Chưa tạo được mã cho thiết bị khác', 'No code for another device could be made', update),
  removal_request_invalid: row('Chưa gỡ được thiết bị kia', 'The other device could not be removed', update),
  device_waiting: row('Điện thoại này còn mới, chưa làm được việc này', 'This phone is still too new for this', {
    vi: 'Chưa có gì thay đổi. Hãy dùng điện thoại khác của bạn, hoặc thử lại vào ngày mai.',
    en: 'Nothing has changed. Use another phone of yours, or try again tomorrow.',
  }),
  proof_missing: row('Máy chủ chưa nhận ra điện thoại này', 'The server did not recognise this phone', update),
  proof_invalid: row('Máy chủ chưa nhận ra điện thoại này', 'The server did not recognise this phone', {
    vi: 'Chưa có gì thay đổi. Hãy đặt đồng hồ của điện thoại ở chế độ tự động rồi thử lại.',
    en: 'Nothing has changed. Set the clock of the phone to automatic and try again.',
  }),
  device_unknown: row('Điện thoại này chưa được đăng ký', 'This phone is not enrolled', newCode),
  device_revoked: row('Điện thoại này đã bị gỡ khỏi tài khoản', 'This phone was removed from the account', newCode),
  device_not_found: row('Không tìm thấy thiết bị này', 'There is no such device', update),
  consent_not_found: row('Không còn sự đồng ý này', 'This consent is there no longer', update),
  claim_by_law: row('Thông tin này được đọc theo luật', 'This is read by law', {
    vi: 'Không thể chỉ rút riêng nó. Bạn có thể ngừng dùng cả dịch vụ.',
    en: 'It alone cannot be withdrawn. You can stop using the whole service.',
  }),
  sign_in_not_found: row('Không còn lần đăng nhập này trong danh sách', 'This sign-in is no longer in the list', update),
  account_locked: row('Tài khoản đang bị khóa', 'The account is locked', {
    vi: 'Chưa có gì được chia sẻ. Hãy liên hệ công an xã, phường nơi bạn ở để mở lại.',
    en: 'Nothing was shared. Contact your local police office to have it opened again.',
  }),
  too_many_devices: row('Bạn đã có ba điện thoại', 'You have three phones already', {
    vi: 'Mã của bạn vẫn dùng được. Hãy gỡ một điện thoại cũ rồi thử lại.',
    en: 'Your code is still good. Remove an old phone and try again.',
  }),
  rate_limited: row('Có quá nhiều yêu cầu', 'There were too many requests', wait),
  too_many_requests: row('Có quá nhiều yêu cầu', 'There were too many requests', wait),
  qr_invalid: row('Đây không phải mã QR của SenID, hoặc mã đã bị sửa', 'This is not a SenID QR code, or it was changed', scanAgain),
  qr_expired: row('Mã QR này đã cũ', 'This QR code is too old', {
    vi: 'Chưa có gì được chia sẻ. Hãy quét mã đang hiện trên màn hình kia; ảnh chụp không dùng được.',
    en: 'Nothing was shared. Scan the one on the other screen now; a photograph does not work.',
  }),
  already_scanned: row('Điện thoại khác đã quét mã này', 'Another phone has scanned this code', startAgain),
  already_decided: row('Yêu cầu này đã được trả lời', 'This request was answered already', {
    vi: 'Bạn không cần làm gì thêm.',
    en: 'There is nothing more to do.',
  }),
  approval_expired: row('Yêu cầu đã hết hạn', 'The request has expired', startAgain),
  approval_not_found: row('Không còn yêu cầu này', 'This request is no longer there', scanAgain),
  decision_invalid: row('Câu trả lời chưa được nhận', 'The answer was not taken', update),
  signature_invalid: row('Chữ ký của điện thoại này không đúng', "This phone's signature is not right", newCode),
  payload_mismatch: row('Nội dung đã đổi so với yêu cầu', 'What was asked has changed', startAgain),
  granted_invalid: row('Có mục không nằm trong yêu cầu', 'Something was chosen that was not asked', startAgain),
  face_missing: row('Giao dịch này cần kiểm tra khuôn mặt', 'This payment needs a look at your face', {
    vi: 'Mở máy ảnh ở trên, chụp khuôn mặt rồi đồng ý lại.',
    en: 'Open the camera above, take the picture, then approve again.',
  }),
  face_not_matched: row('Khuôn mặt chưa khớp', 'The face did not match', {
    vi: 'Chưa có gì được thực hiện. Chụp lại ở nơi đủ sáng, nhìn thẳng vào máy.',
    en: 'Nothing was done. Try again in good light, looking straight at the camera.',
  }),
  face_unavailable: row('Chưa kiểm tra được khuôn mặt', 'The face could not be checked', {
    vi: 'Chưa có gì được thực hiện. Hãy thử lại sau ít phút.',
    en: 'Nothing was done. Try again in a few minutes.',
  }),
  approval_outdated: row('Nội dung dịch vụ yêu cầu vừa thay đổi', 'What the service asks has changed meanwhile', {
    vi: 'Chưa có gì được chia sẻ. Hãy từ chối yêu cầu này và bảo dịch vụ gửi lại.',
    en: 'Nothing was shared. Decline this request, and let the service ask again.',
  }),
  approval_raced: row('Một giao dịch khác vừa được xác nhận', 'Another payment was approved at the same moment', {
    vi: 'Chưa có gì được thực hiện. Hãy trả lời lại lần nữa.',
    en: 'Nothing was done. Please answer once more.',
  }),
  number_missing: row('Còn thiếu số đang hiện trên màn hình kia', 'The number on the other screen is missing', {
    vi: 'Gõ hai chữ số đó rồi trả lời lại.',
    en: 'Type its two digits and answer again.',
  }),
  number_wrong: row('Số vừa gõ không đúng', 'The number was wrong', {
    vi: 'Yêu cầu đã bị từ chối để bảo vệ bạn; chưa có gì được chia sẻ. Nếu chính bạn đang đăng nhập, hãy bắt đầu lại.',
    en: 'The request was declined to protect you; nothing was shared. If it is you who signs in, start again.',
  }),
  level_too_low: row(
    'Điện thoại hoặc tài khoản này chưa đạt mức dịch vụ cần',
    'This phone or account is below the level the service needs',
    {
      vi: 'Chưa có gì được chia sẻ. Hãy xem trên màn hình kia dịch vụ cần gì.',
      en: 'Nothing was shared. See on the other screen what the service needs.',
    },
  ),
  document_type_unknown: row('Không có loại giấy tờ này', 'There is no such kind of document', update),
  document_number_invalid: row('Số giấy tờ không đúng dạng', 'The number of the document is not of the right form', {
    vi: 'Chưa gửi gì. Hãy nhập đúng như trên giấy tờ.',
    en: 'Nothing was sent. Type it as it stands on the document.',
  }),
  document_level_missing: row('Giấy tờ cần tài khoản mức 2', 'Documents need an account of level 2', {
    vi: 'Hãy mang thẻ căn cước đến công an xã, phường nơi bạn ở.',
    en: 'Take your identity card to the local police post.',
  }),
  document_agency_missing: row('Chưa kết nối với cơ quan quản lý giấy tờ này', 'The agency of this document is not connected yet', {
    vi: 'Chưa gửi gì. Hãy thử lại sau.',
    en: 'Nothing was sent. Try again later.',
  }),
  document_asked_too_often: row('Bạn đã gửi giấy tờ này nhiều lần hôm nay', 'You have sent this document many times today', {
    vi: 'Chưa có gì thay đổi. Hãy thử lại vào ngày mai, hoặc hỏi cơ quan quản lý nếu số của bạn đúng.',
    en: 'Nothing has changed. Try again tomorrow, or ask the managing agency if your number is right.',
  }),
  document_not_found: row('Không còn giấy tờ này', 'The document is there no longer', update),
  request_malformed: row('Máy chủ không đọc được yêu cầu', 'The server could not read the request', update),
  body_too_large: row('Nội dung gửi đi quá dài', 'What was sent is too long', update),
  body_encoding_unsupported: row('Máy chủ không đọc được yêu cầu', 'The server could not read the request', update),
  page_not_found: row('Máy chủ này không có chức năng đó', 'This server does not do that', update),
  method_not_allowed: row('Máy chủ này không có chức năng đó', 'This server does not do that', update),
  hashing_busy: row('Đang có rất nhiều người đăng nhập', 'Very many people are signing in', wait),
  store_unavailable: row('Dịch vụ đang tạm gián đoạn', 'The service is interrupted for a moment', {
    vi: 'Chưa có gì thay đổi. Hãy thử lại sau nửa phút.',
    en: 'Nothing has changed. Please try again in half a minute.',
  }),
  unexpected: general,
  offline: row('Không có kết nối mạng', 'There is no network', {
    vi: 'Chưa gửi được. Hãy kiểm tra Wi-Fi hoặc dữ liệu di động rồi thử lại.',
    en: 'It could not be sent. Check Wi-Fi or mobile data, then try again.',
  }),
  camera: row('Không mở được máy ảnh', 'The camera could not be opened', {
    vi: 'Hãy cho phép trình duyệt dùng máy ảnh, hoặc dán nội dung mã QR vào ô bên dưới.',
    en: 'Allow the browser to use the camera, or paste the text of the QR code into the field below.',
  }),
  storage: row('Trình duyệt này không giữ được khóa', 'This browser cannot keep a key', {
    vi: 'Hãy tắt chế độ riêng tư, hoặc mở trang này bằng trình duyệt khác.',
    en: 'Turn private mode off, or open this page in another browser.',
  }),
};

/** A refusal for people; a code that is not known here gets general words, and the reference tells the rest. */
export function refusalWords({ code, reference, waitSeconds }, language) {
  const { what, next } = Object.hasOwn(refusals, code) ? refusals[code] : general;
  const minutes = Math.max(1, Math.ceil((waitSeconds || 60) / 60));
  return { what: what[language], next: fill(next[language], { minutes }), reference };
}
