export type Language = 'vi' | 'en';

export type Words = Readonly<Record<Language, string>>;

/** What happened, and what the visitor can do about it. */
export interface Trouble {
  readonly what: Words;
  /** A paragraph each. */
  readonly next: readonly Words[];
}

const nothingShared = { vi: 'Chưa có thông tin nào được chia sẻ.', en: 'Nothing was shared.' };
const because = (what: Words, ...next: readonly Words[]): Trouble => ({ what, next: [nothingShared, ...next] });
const signInAgain = { vi: 'Hãy đăng nhập lại để tiếp tục.', en: 'Sign in again to go on.' };
const later = { vi: 'Hãy thử lại sau ít phút.', en: 'Please try again in a few minutes.' };
const failed = because({ vi: 'Chưa hoàn tất được đăng nhập', en: 'The sign-in could not be completed' }, later);

/** SenID's refusals, and the service's own, for people. */
const troubles: Readonly<Record<string, Trouble>> = {
  access_denied: because(
    { vi: 'Bạn đã hủy đăng nhập', en: 'You cancelled the sign-in' },
    { vi: 'Bạn có thể đăng nhập lại bất cứ lúc nào.', en: 'You can sign in again at any time.' },
  ),
  unmet_authentication_requirements: because(
    {
      vi: 'Tài khoản của bạn chưa đủ mức cho dịch vụ này',
      en: 'Your account is not yet at the level this service needs',
    },
    {
      vi: 'Dịch vụ này cần tài khoản mức 2 và đăng nhập bằng hai cách, ví dụ mật khẩu và mã, hoặc điện thoại.',
      en: 'This service needs an account of level 2 and a sign-in in two ways, for example a password and a code, or the phone.',
    },
    {
      vi: 'Để lên mức 2, hãy mang thẻ căn cước đến công an xã, phường nơi bạn ở. Sau đó hãy đăng nhập lại ở đây.',
      en: 'For level 2, take your identity card to the local police post. Then sign in again here.',
    },
  ),
  login_required: because({ vi: 'Bạn cần đăng nhập', en: 'You need to sign in' }, signInAgain),
  interaction_required: because({ vi: 'Bạn cần đăng nhập lại', en: 'You need to sign in again' }, signInAgain),
  consent_required: because({ vi: 'Dịch vụ cần sự đồng ý của bạn', en: 'The service needs your consent' }, signInAgain),
  temporarily_unavailable: because({ vi: 'SenID đang bận', en: 'SenID is busy' }, later),
  server_error: because({ vi: 'SenID gặp sự cố', en: 'Something went wrong at SenID' }, later),
  not_begun_here: because(
    { vi: 'Lần đăng nhập này không dùng được nữa', en: 'This sign-in is no longer good' },
    {
      vi: 'Nó đã dùng rồi, hoặc bắt đầu ở một trình duyệt khác. Hãy đăng nhập lại ở đây.',
      en: 'It was used already, or was begun in another browser. Please sign in again here.',
    },
  ),
};

/** What a code means to the visitor; general words where it is not known. */
export const troubleInWords = (code: string): Trouble => (Object.hasOwn(troubles, code) ? troubles[code] : undefined) ?? failed;

const identity: Readonly<Record<string, Words>> = {
  1: { vi: 'mở qua mạng', en: 'opened online' },
  2: { vi: 'đã xác minh trực tiếp', en: 'verified in person' },
};

const authentication: Readonly<Record<string, Words>> = {
  1: { vi: 'bằng một cách, ví dụ mật khẩu', en: 'in one way, for example a password' },
  2: { vi: 'bằng hai cách, hoặc bằng điện thoại', en: 'in two ways, or with the phone' },
  3: { vi: 'có khuôn mặt hoặc vân tay', en: 'with face or fingerprint' },
  4: { vi: 'mức cao nhất, vừa xác nhận xong', en: 'the highest, confirmed just now' },
};

/** `urn:senid:acr:id2-auth2` in words, on two lines: how well the person is known, how they signed in. */
export function levelInWords(acr: unknown, language: Language): string {
  const [, known = '', signedIn = ''] = /id(\d)-auth(\d)$/.exec(String(acr)) ?? [];
  const [how, by] = [identity[known]?.[language], authentication[signedIn]?.[language]];
  if (how === undefined || by === undefined) return '';
  return language === 'vi'
    ? `Tài khoản mức ${known}: ${how}\nĐăng nhập mức ${signedIn}: ${by}`
    : `Account level ${known}: ${how}\nSigned in at level ${signedIn}: ${by}`;
}

/** A claim's `1988-07-04` as people write it; a year alone, or anything else, as it came. */
export function dateInWords(date: string | undefined, language: Language): string | undefined {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(date ?? '') ?? [];
  if (year === undefined) return date;
  return language === 'vi'
    ? `${day}/${month}/${year}`
    : new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(`${date}T00:00:00Z`));
}

const genders: Readonly<Record<string, Words>> = {
  female: { vi: 'Nữ', en: 'Female' },
  male: { vi: 'Nam', en: 'Male' },
  other: { vi: 'Khác', en: 'Other' },
};

/** The claim `gender` in words; an unknown value as it came. */
export const genderInWords = (gender: string | undefined, language: Language): string | undefined =>
  gender === undefined ? undefined : (genders[gender]?.[language] ?? gender);
