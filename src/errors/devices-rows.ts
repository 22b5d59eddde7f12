import type { DeviceErrorCode } from '#src/devices/errors.ts';
import type { Outcome } from './outcome.ts';

const nothingShared = {
  vi: 'Chưa có gì thay đổi và chưa có thông tin nào được chia sẻ.',
  en: 'Nothing has changed and nothing was shared.',
};

export const devicesRows = {
  enrolment_code_invalid: {
    status: 400,
    log: 'info',
    title: { vi: 'Mã đăng ký không dùng được', en: 'The enrolment code does not work' },
    explanation: nothingShared,
    nextStep: { vi: 'Kiểm tra lại từng ký tự, hoặc xin một mã mới.', en: 'Check each character, or ask for a new code.' },
    helpDesk: 'Wrong, used and expired codes answer alike.',
  },
  enrolment_invalid: {
    status: 400,
    log: 'info',
    title: { vi: 'Không đăng ký được thiết bị', en: 'The device could not be enrolled' },
    explanation: nothingShared,
    nextStep: { vi: 'Cập nhật ứng dụng rồi thử lại với cùng mã.', en: 'Update the app and try again with the same code.' },
    helpDesk: 'A key, the approval proof or another member is not of the right form; the detail names it.',
  },
  attestation_unsupported: {
    status: 400,
    log: 'info',
    title: { vi: 'Loại thiết bị này chưa được hỗ trợ', en: 'This kind of device is not supported' },
    explanation: nothingShared,
    nextStep: { vi: 'Dùng ứng dụng chính thức trên điện thoại của bạn.', en: 'Use the official app on your phone.' },
    helpDesk: 'The attestation class is refused here; simulated devices are for development.',
  },
  enrolment_request_invalid: {
    status: 400,
    log: 'info',
    title: { vi: 'Yêu cầu thêm thiết bị chưa đúng', en: 'The request for another device is not valid' },
    explanation: nothingShared,
    nextStep: { vi: 'Thử lại trong ứng dụng.', en: 'Try again in the app.' },
    helpDesk: 'The signed enrolment-code request is malformed, too old or not by the approval key.',
  },
  proof_missing: {
    status: 401,
    log: 'info',
    title: { vi: 'Thiếu bằng chứng của thiết bị', en: 'The proof of the device is missing' },
    explanation: nothingShared,
    nextStep: { vi: 'Mở lại ứng dụng rồi thử lại.', en: 'Open the app again and retry.' },
    helpDesk: 'No Device-Proof header.',
  },
  proof_invalid: {
    status: 401,
    log: 'info',
    title: { vi: 'Bằng chứng của thiết bị không đúng', en: 'The proof of the device is not valid' },
    explanation: nothingShared,
    nextStep: {
      vi: 'Đặt đồng hồ của điện thoại ở chế độ tự động rồi thử lại.',
      en: 'Set the clock of the phone to automatic and try again.',
    },
    helpDesk:
      'Signature, address, body digest or time is wrong; compare the Date header of the answer with the clock of the phone.',
  },
  device_unknown: {
    status: 401,
    log: 'info',
    title: { vi: 'Thiết bị này chưa được đăng ký', en: 'This device is not enrolled' },
    explanation: nothingShared,
    nextStep: { vi: 'Đăng ký lại thiết bị bằng một mã mới.', en: 'Enrol the device again with a new code.' },
    helpDesk: 'The device id is unknown.',
  },
  device_revoked: {
    status: 401,
    log: 'info',
    title: { vi: 'Thiết bị này đã bị gỡ', en: 'This device was removed' },
    explanation: nothingShared,
    nextStep: { vi: 'Đăng ký lại thiết bị nếu đó vẫn là của bạn.', en: 'Enrol it again if it is still yours.' },
    helpDesk: 'Removed by its holder or by the operator.',
  },
  sign_in_not_found: {
    status: 404,
    log: 'info',
    title: { vi: 'Không có lần đăng nhập này', en: 'There is no such sign-in' },
    explanation: nothingShared,
    nextStep: { vi: 'Tải lại danh sách các lần đăng nhập.', en: 'Load the list of sign-ins again.' },
    helpDesk: 'Older than thirty days, or of another person.',
  },
  device_not_found: {
    status: 404,
    log: 'info',
    title: { vi: 'Không có thiết bị này', en: 'There is no such device' },
    explanation: nothingShared,
    nextStep: { vi: 'Tải lại danh sách thiết bị.', en: 'Load the list of devices again.' },
    helpDesk: 'Also the answer for a device of another person.',
  },
  account_locked: {
    status: 403,
    log: 'info',
    title: { vi: 'Tài khoản đang bị khóa', en: 'The account is locked' },
    explanation: nothingShared,
    nextStep: {
      vi: 'Liên hệ bộ phận hỗ trợ hoặc công an xã, phường nơi bạn ở.',
      en: 'Contact support or your local police office.',
    },
    helpDesk: 'Every call but the lock itself is refused while a lock holds.',
  },
  too_many_devices: {
    status: 409,
    log: 'info',
    title: { vi: 'Bạn đã có ba thiết bị', en: 'You have three devices already' },
    explanation: nothingShared,
    nextStep: { vi: 'Gỡ một thiết bị cũ trong ứng dụng rồi thử lại.', en: 'Remove an old device in the app and try again.' },
    helpDesk: 'Three active devices at most.',
  },
  rate_limited: {
    status: 429,
    log: 'info',
    title: { vi: 'Quá nhiều yêu cầu', en: 'Too many requests' },
    explanation: nothingShared,
    nextStep: { vi: 'Đợi một phút rồi thử lại.', en: 'Wait a minute and try again.' },
    helpDesk: '300 calls a minute for a device.',
  },
} as const satisfies Record<DeviceErrorCode, Outcome>;
