import type { FeedbackErrorCode } from '#src/feedback/errors.ts';
import type { Outcome } from './outcome.ts';

const nothingSent = { vi: 'Chưa có gì được gửi.', en: 'Nothing was sent.' };

export const feedbackRows = {
  feedback_text_invalid: {
    status: 422,
    log: 'info',
    title: { vi: 'Hãy viết từ 1 đến 2000 ký tự', en: 'Please write 1 to 2000 characters' },
    explanation: nothingSent,
    nextStep: { vi: 'Sửa lại rồi gửi.', en: 'Change it and send it again.' },
    helpDesk: 'Empty, or longer than 2000 characters.',
  },
  feedback_not_found: {
    status: 404,
    log: 'info',
    title: { vi: 'Không có góp ý này', en: 'There is no such feedback' },
    explanation: nothingSent,
    nextStep: { vi: 'Kiểm tra mã tham chiếu.', en: 'Check the reference.' },
    helpDesk: '`senid feedback list` shows what is open.',
  },
  feedback_answered: {
    status: 409,
    log: 'info',
    title: { vi: 'Góp ý này đã được trả lời', en: 'This feedback was answered already' },
    explanation: nothingSent,
    nextStep: { vi: 'Chọn góp ý khác.', en: 'Choose another one.' },
    helpDesk: 'Each message is answered once; the person can write again.',
  },
} as const satisfies Record<FeedbackErrorCode, Outcome>;
