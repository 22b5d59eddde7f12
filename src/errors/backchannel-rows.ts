import type { BackchannelErrorCode } from '#src/backchannel/errors.ts';
import type { Outcome } from './outcome.ts';

const nothingShared = { vi: 'Chưa có gì được chia sẻ.', en: 'Nothing was shared.' };
const atService = {
  vi: 'Báo cho dịch vụ: yêu cầu của họ gửi đến chưa đúng.',
  en: 'Tell the service: its request was not in order.',
};

/** A service reads these in the answers of the protocol, where they stand as its own error codes. */
export const backchannelRows = {
  authorization_details_invalid: {
    status: 400,
    log: 'info',
    title: { vi: 'Yêu cầu của dịch vụ chưa đúng', en: 'The service asked in a way that is not understood' },
    explanation: nothingShared,
    nextStep: atService,
    helpDesk: 'The authorization_details of the request; the detail names the member. Answered as invalid_authorization_details.',
  },
  binding_message_invalid: {
    status: 400,
    log: 'info',
    title: { vi: 'Lời nhắn của dịch vụ chưa đúng', en: 'The message of the service is not in order' },
    explanation: nothingShared,
    nextStep: atService,
    helpDesk: 'binding_message: 4 to 64 characters, one line, no links. Answered as invalid_binding_message.',
  },
  login_hint_refused: {
    status: 400,
    log: 'info',
    title: { vi: 'Dịch vụ không được hỏi theo cách này', en: 'The service may not name people in this way' },
    explanation: nothingShared,
    nextStep: atService,
    helpDesk: 'login_hints of the registration does not have this kind. Answered as invalid_request.',
  },
} as const satisfies Record<BackchannelErrorCode, Outcome>;
