import type { ApprovalErrorCode } from '#src/approvals/errors.ts';
import type { Outcome } from './outcome.ts';

const nothingShared = {
  vi: 'Chưa có gì thay đổi và chưa có thông tin nào được chia sẻ.',
  en: 'Nothing has changed and nothing was shared.',
};

export const approvalsRows = {
  qr_invalid: {
    status: 400,
    log: 'info',
    title: { vi: 'Mã QR này không đúng', en: 'This QR is not valid' },
    explanation: nothingShared,
    nextStep: { vi: 'Quét lại mã đang hiện trên màn hình.', en: 'Scan the QR on the screen again.' },
    helpDesk: 'Not one of ours, changed, or not yet due.',
  },
  qr_expired: {
    status: 410,
    log: 'info',
    title: { vi: 'Mã QR này đã cũ', en: 'This QR is too old' },
    explanation: nothingShared,
    nextStep: {
      vi: 'Quét lại mã đang hiện trên màn hình; ảnh chụp không dùng được.',
      en: 'Scan the one on the screen now; a photograph does not work.',
    },
    helpDesk: 'A frame is taken for 8 seconds, a page for 3 minutes.',
  },
  already_scanned: {
    status: 409,
    log: 'info',
    title: { vi: 'Mã này đã được điện thoại khác quét', en: 'Another phone has scanned this' },
    explanation: nothingShared,
    nextStep: {
      vi: 'Nếu đó không phải là bạn, hãy bắt đầu lại từ dịch vụ.',
      en: 'If that was not you, start again from the service.',
    },
    helpDesk: 'The first scan wins.',
  },
  approval_not_found: {
    status: 404,
    log: 'info',
    title: { vi: 'Không có yêu cầu này', en: 'There is no such request' },
    explanation: nothingShared,
    nextStep: { vi: 'Quét lại mã QR.', en: 'Scan the QR again.' },
    helpDesk: 'Also the answer for the request of another person.',
  },
  approval_expired: {
    status: 410,
    log: 'info',
    title: { vi: 'Yêu cầu đã hết hạn', en: 'The request has expired' },
    explanation: nothingShared,
    nextStep: { vi: 'Bắt đầu lại từ dịch vụ.', en: 'Start again from the service.' },
    helpDesk: '120 seconds to decide.',
  },
  already_decided: {
    status: 409,
    log: 'info',
    title: { vi: 'Yêu cầu này đã được trả lời', en: 'This request was answered already' },
    explanation: nothingShared,
    nextStep: { vi: 'Không cần làm gì thêm.', en: 'There is nothing more to do.' },
    helpDesk: 'Approved or declined before.',
  },
  decision_invalid: {
    status: 400,
    log: 'info',
    title: { vi: 'Câu trả lời chưa đúng dạng', en: 'The answer is not of the right form' },
    explanation: nothingShared,
    nextStep: { vi: 'Cập nhật ứng dụng rồi thử lại.', en: 'Update the app and try again.' },
    helpDesk: 'Claims, audience, time or type of the signed decision.',
  },
  signature_invalid: {
    status: 400,
    log: 'info',
    title: { vi: 'Chữ ký không đúng', en: 'The signature is not valid' },
    explanation: nothingShared,
    nextStep: { vi: 'Đăng ký lại thiết bị.', en: 'Enrol the device again.' },
    helpDesk: 'Not signed by the approval key of this device.',
  },
  payload_mismatch: {
    status: 400,
    log: 'info',
    title: { vi: 'Nội dung đã ký khác với yêu cầu', en: 'What was signed is not what was asked' },
    explanation: nothingShared,
    nextStep: { vi: 'Từ chối yêu cầu này và bắt đầu lại từ dịch vụ.', en: 'Decline, and start again from the service.' },
    helpDesk: 'The payload hash or the nonce differs: what the person saw is not what was frozen.',
  },
  number_missing: {
    status: 400,
    log: 'info',
    title: { vi: 'Cần gõ số đang hiện trên màn hình', en: 'The number on the screen is needed' },
    explanation: nothingShared,
    nextStep: { vi: 'Gõ hai chữ số đang hiện trên màn hình kia.', en: 'Type the two digits shown on the other screen.' },
    helpDesk: 'Needed when browser or network is unknown.',
  },
  number_wrong: {
    status: 409,
    log: 'info',
    title: { vi: 'Số vừa gõ không đúng', en: 'The number was wrong' },
    explanation: nothingShared,
    nextStep: {
      vi: 'Yêu cầu đã bị từ chối để bảo vệ bạn. Nếu chính bạn đang đăng nhập, hãy bắt đầu lại.',
      en: 'The request was declined to protect you. If it is you who signs in, start again.',
    },
    helpDesk: 'A wrong number denies: it may be a relayed QR.',
  },
  granted_invalid: {
    status: 400,
    log: 'info',
    title: { vi: 'Có mục không nằm trong yêu cầu', en: 'Something was granted that was not asked' },
    explanation: nothingShared,
    nextStep: { vi: 'Cập nhật ứng dụng rồi thử lại.', en: 'Update the app and try again.' },
    helpDesk: 'granted names a claim outside the request.',
  },
  level_too_low: {
    status: 400,
    log: 'info',
    title: { vi: 'Điện thoại này chưa đạt mức dịch vụ cần', en: 'This phone does not reach the level the service needs' },
    explanation: nothingShared,
    nextStep: { vi: 'Xem trên màn hình kia dịch vụ cần gì.', en: 'See on the other screen what the service needs.' },
    helpDesk: 'Account level, attestation or user verification is below the frozen acr, or the browser is too new for level 4.',
  },
} as const satisfies Record<ApprovalErrorCode, Outcome>;
