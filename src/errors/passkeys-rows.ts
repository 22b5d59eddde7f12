import type { PasskeyErrorCode } from '#src/passkeys/errors.ts';
import type { Outcome } from './outcome.ts';

const nothingChanged = { vi: 'Chưa có gì thay đổi.', en: 'Nothing has changed.' };

export const passkeysRows = {
  passkey_refused: {
    status: 401,
    log: 'info',
    title: { vi: 'Passkey không dùng được', en: 'The passkey does not work' },
    explanation: nothingChanged,
    nextStep: { vi: 'Mở lại trang rồi thử lại, hoặc dùng cách khác.', en: 'Open the page anew and try again, or use another way.' },
    helpDesk:
      'Unknown, removed, for another page or site, used before, without user verification, or with a counter that went back: all answer alike.',
  },
  passkey_known: {
    status: 409,
    log: 'info',
    title: { vi: 'Passkey này đã được thêm', en: 'This passkey was added before' },
    explanation: nothingChanged,
    nextStep: { vi: 'Dùng thiết bị hoặc khóa bảo mật khác.', en: 'Use another device or security key.' },
    helpDesk: 'The credential is there already, of this account or of another one.',
  },
  passkey_not_found: {
    status: 404,
    log: 'info',
    title: { vi: 'Không có passkey này', en: 'There is no such passkey' },
    explanation: nothingChanged,
    nextStep: { vi: 'Xem lại danh sách rồi thử lại.', en: 'Look at the list again, then try once more.' },
    helpDesk: "Another person's and one that is not there answer alike.",
  },
  too_many_passkeys: {
    status: 409,
    log: 'info',
    title: { vi: 'Đã có quá nhiều passkey', en: 'There are too many passkeys' },
    explanation: nothingChanged,
    nextStep: { vi: 'Gỡ một passkey không dùng nữa rồi thử lại.', en: 'Remove one that is no longer used, then try again.' },
    helpDesk: 'An account has ten at most.',
  },
  passkey_name_invalid: {
    status: 422,
    log: 'info',
    title: { vi: 'Tên passkey không hợp lệ', en: 'The name of the passkey is not valid' },
    explanation: nothingChanged,
    nextStep: { vi: 'Đặt tên từ 1 đến 60 ký tự.', en: 'Give it a name of 1 to 60 characters.' },
    helpDesk: 'One visible line.',
  },
} as const satisfies Record<PasskeyErrorCode, Outcome>;
