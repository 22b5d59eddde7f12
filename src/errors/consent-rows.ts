import type { ConsentErrorCode } from '#src/consent/errors.ts';
import type { LinkErrorCode } from '#src/links/errors.ts';
import type { OutboxErrorCode } from '#src/outbox/errors.ts';
import type { Outcome } from './outcome.ts';

const nothingChanged = { vi: 'Chưa có gì thay đổi.', en: 'Nothing has changed.' };
const lookAgain = { vi: 'Xem lại danh sách rồi thử lại.', en: 'Look at the list again, then try once more.' };

export const consentRows = {
  consent_not_found: {
    status: 404,
    log: 'info',
    title: { vi: 'Không có sự đồng ý này', en: 'There is no such consent' },
    explanation: nothingChanged,
    nextStep: lookAgain,
    helpDesk: "Another person's, a claim that was never granted or was withdrawn already, and one that never was answer alike.",
  },
  receipt_not_found: {
    status: 404,
    log: 'info',
    title: { vi: 'Không có biên nhận này', en: 'There is no such receipt' },
    explanation: nothingChanged,
    nextStep: lookAgain,
    helpDesk: '`senid consents list` names the receipts.',
  },
  claim_by_law: {
    status: 409,
    log: 'info',
    title: { vi: 'Thông tin này được đọc theo luật', en: 'This is read by law' },
    explanation: {
      vi: 'Dịch vụ công đọc thông tin này theo luật, không theo sự đồng ý, nên không thể chỉ rút riêng nó.',
      en: 'The public service reads it by law and not by consent, so that it alone cannot be withdrawn.',
    },
    nextStep: {
      vi: 'Ngừng dùng cả dịch vụ, hoặc hỏi cơ quan nêu trong căn cứ pháp lý.',
      en: 'Stop using the whole service, or ask the authority that the legal basis names.',
    },
    helpDesk: 'The receipt shows the legal basis as it was told.',
  },
  link_invalid: {
    status: 400,
    oauth: 'invalid_request',
    log: 'info',
    title: { vi: 'Yêu cầu liên kết không dùng được', en: 'The request to link does not work' },
    explanation: nothingChanged,
    nextStep: { vi: 'Bắt đầu lại tại dịch vụ.', en: 'Begin again at the service.' },
    helpDesk: 'Used, older than ten minutes and of another service answer alike.',
  },
  link_taken: {
    status: 409,
    oauth: 'access_denied',
    log: 'info',
    title: { vi: 'Tài khoản này đã liên kết với người khác', en: 'This account is linked to somebody else' },
    explanation: nothingChanged,
    nextStep: {
      vi: 'Nếu đó là tài khoản của bạn, hãy liên hệ dịch vụ.',
      en: 'If it is your account, contact the service.',
    },
    helpDesk: 'That person or the service unlinks it first.',
  },
  link_not_found: {
    status: 404,
    log: 'info',
    title: { vi: 'Không có liên kết này', en: 'There is no such link' },
    explanation: nothingChanged,
    nextStep: lookAgain,
    helpDesk: "Another person's, another service's and one that was ended answer alike.",
  },
  client_token_invalid: {
    status: 401,
    oauth: 'invalid_token',
    log: 'info',
    title: { vi: 'Cần mã truy cập của dịch vụ', en: "The service's own token is needed" },
    explanation: nothingChanged,
    nextStep: {
      vi: 'Lấy mã truy cập bằng client_credentials rồi gọi lại.',
      en: 'Get a token by client_credentials and call again.',
    },
    helpDesk: "A person's token, one that has ended and one bound to a key are refused too.",
  },
  message_not_found: {
    status: 404,
    log: 'info',
    title: { vi: 'Không có thông báo nào bị bỏ lại', en: 'No message was given up' },
    explanation: nothingChanged,
    nextStep: lookAgain,
    helpDesk: '`senid outbox list` shows what waits and what was given up.',
  },
} as const satisfies Record<ConsentErrorCode | OutboxErrorCode | LinkErrorCode, Outcome>;
