import type { DocumentErrorCode } from '#src/documents/errors.ts';
import type { Outcome } from './outcome.ts';

const nothingChanged = { vi: 'Chưa có gì thay đổi.', en: 'Nothing has changed.' };

export const documentsRows = {
  document_type_unknown: {
    status: 400,
    log: 'info',
    title: { vi: 'Không có loại giấy tờ này', en: 'There is no such kind of document' },
    explanation: nothingChanged,
    nextStep: { vi: 'Chọn một loại trong danh sách.', en: 'Choose one of the list.' },
    helpDesk: 'The detail names the kinds there are.',
  },
  document_number_invalid: {
    status: 400,
    log: 'info',
    title: { vi: 'Số giấy tờ không đúng dạng', en: 'The number of the document is not of the right form' },
    explanation: nothingChanged,
    nextStep: { vi: 'Nhập đúng như trên giấy tờ.', en: 'Type it as it stands on the document.' },
    helpDesk: 'Spaces, dots and hyphens do not matter. No agency was asked.',
  },
  document_level_missing: {
    status: 403,
    log: 'info',
    title: { vi: 'Giấy tờ cần tài khoản mức 2', en: 'Documents need an account of level 2' },
    explanation: nothingChanged,
    nextStep: {
      vi: 'Mang thẻ căn cước đến công an xã, phường nơi bạn ở để lên mức 2.',
      en: 'Take your identity card to the local police post for level 2.',
    },
    helpDesk: 'Only who was proven in person may have documents verified.',
  },
  document_agency_missing: {
    status: 409,
    log: 'info',
    title: { vi: 'Chưa kết nối với cơ quan quản lý giấy tờ này', en: 'The agency of this document is not connected yet' },
    explanation: nothingChanged,
    nextStep: { vi: 'Thử lại sau.', en: 'Try again later.' },
    helpDesk: '`SENID_AGENCY_URLS` has no address for the agency that the detail names.',
  },
  document_asked_too_often: {
    status: 429,
    log: 'info',
    title: { vi: 'Bạn đã gửi giấy tờ này nhiều lần', en: 'You have sent this document many times' },
    explanation: {
      vi: 'Chưa có gì thay đổi. Mỗi loại giấy tờ chỉ được gửi vài lần một ngày.',
      en: 'Nothing has changed. Each kind of document can be sent a few times a day.',
    },
    nextStep: {
      vi: 'Thử lại vào ngày mai, hoặc hỏi cơ quan quản lý giấy tờ nếu số của bạn đúng.',
      en: 'Try again tomorrow, or ask the agency that manages it if your number is right.',
    },
    helpDesk: 'Limits are `documents` in config/policy.ts. Cancelling gives none back.',
  },
  document_not_found: {
    status: 404,
    log: 'info',
    title: { vi: 'Không có giấy tờ này', en: 'There is no such document' },
    explanation: nothingChanged,
    nextStep: { vi: 'Xem lại danh sách rồi thử lại.', en: 'Look at the list again, then try once more.' },
    helpDesk: 'It was cancelled already, or was never asked for.',
  },
} as const satisfies Record<DocumentErrorCode, Outcome>;
