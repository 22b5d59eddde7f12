import type { AccountErrorCode } from '#src/accounts/errors.ts';
import type { Outcome } from './outcome.ts';

const nothingSaved = { vi: 'Chưa có gì được lưu.', en: 'Nothing was saved.' };
const correct = { vi: 'Sửa trường này rồi gửi lại.', en: 'Correct this member and send it again.' };

/** A member of a person's data that is not as it must be. */
const member = (vi: string, en: string, helpDesk: string, status = 422): Outcome => ({
  status,
  log: 'info',
  title: { vi, en },
  explanation: nothingSaved,
  nextStep: correct,
  helpDesk,
});

export const accountsRows = {
  sign_in_slowed: {
    status: 429,
    log: 'info',
    title: { vi: 'Hãy đợi một chút rồi thử lại', en: 'Please wait a moment and try again' },
    explanation: {
      vi: 'Có quá nhiều lần nhập sai từ đây. Tài khoản không bị khóa, đăng nhập bằng điện thoại vẫn dùng được.',
      en: 'There were too many wrong entries from here. The account is not locked, and signing in by phone still works.',
    },
    nextStep: {
      vi: 'Đợi hết thời gian được ghi, hoặc quét mã QR bằng ứng dụng.',
      en: 'Wait for the time shown, or scan the QR with the app.',
    },
    helpDesk: 'A throttle by account and network; it ends by itself and never locks the phone sign-in.',
  },
  hashing_busy: {
    status: 503,
    log: 'warn',
    title: { vi: 'Đang có rất nhiều người đăng nhập', en: 'Very many people are signing in' },
    explanation: { vi: 'Mật khẩu của bạn chưa được kiểm tra.', en: 'Your password was not checked yet.' },
    nextStep: {
      vi: 'Thử lại sau vài giây, hoặc quét mã QR bằng ứng dụng.',
      en: 'Try again in a few seconds, or scan the QR with the app.',
    },
    helpDesk: 'The password queue is full: look at CPU and the sign-in rate.',
  },
  account_not_found: member('Không có tài khoản này', 'There is no such account', 'Check the ID number.', 404),
  id_number_invalid: member(
    'Số định danh chưa đúng',
    'The ID number is not valid',
    '12 digits for citizens; 6 to 20 letters and digits for foreigners.',
  ),
  id_number_taken: member(
    'Số định danh này đã có tài khoản',
    'This ID number has an account already',
    'One person, one account.',
    409,
  ),
  phone_invalid: member('Số điện thoại chưa đúng', 'The phone number is not valid', 'National 0xxxxxxxxx or E.164.'),
  phone_taken: member(
    'Số điện thoại này thuộc tài khoản khác',
    'This phone number belongs to another account',
    'One number serves one account.',
    409,
  ),
  import_running: member(
    'Đang có một lần nhập khác',
    'Another import is running',
    'Wait until it has ended, then run this one again: what is there already is not opened twice.',
    409,
  ),
  name_invalid: member(
    'Họ tên chưa đúng',
    'The name is not valid',
    'Family and given name, letters of any script, 1 to 100 characters each.',
  ),
  birthdate_invalid: member('Ngày sinh chưa đúng', 'The birth date is not valid', 'YYYY-MM-DD, or YYYY alone.'),
  password_too_weak: member(
    'Mật khẩu quá dễ đoán',
    'The password is too easy to guess',
    '8 to 128 characters and not among the most common ones.',
  ),
  password_hash_unsupported: member(
    'Không đọc được mã băm mật khẩu',
    'The password hash is of an unknown kind',
    'PHC strings of argon2i or argon2id (up to 256 MiB, and 512 MiB times passes), scrypt (up to 128 MiB, and 256 MiB times lanes), pbkdf2 (up to 1,000,000 rounds), or bcrypt as $2b$ (up to cost 13).',
  ),
  totp_secret_invalid: member(
    'Khóa của ứng dụng mã chưa đúng',
    'The code generator secret is not valid',
    'Base32, 16 characters or more.',
  ),
  evidence_missing: member(
    'Thiếu bằng chứng xác minh trực tiếp',
    'The in-person evidence is missing',
    'Level 2 needs evidence {kind, place, date, officer}.',
  ),
  person_invalid: member(
    'Dữ liệu của người này chưa đúng',
    "This person's data are not of the right form",
    'See the member named in the detail.',
  ),
  account_changed: member(
    'Tài khoản vừa thay đổi ở nơi khác',
    'The account was changed elsewhere in this moment',
    'Every sign-in was ended, or the account was locked, while this was under way.',
    409,
  ),
  reason_missing: member('Cần ghi lý do', 'A reason is needed', 'Looking into an account needs a reason, which its holder sees.'),
} as const satisfies Record<AccountErrorCode, Outcome>;
