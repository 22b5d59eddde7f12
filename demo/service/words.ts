export type Language = 'vi' | 'en';

export type Words = Readonly<Record<Language, string>>;

/** What SenID's refusals, and the service's own, mean to the visitor. */
export const errorWords: Readonly<Record<string, Words>> = {
  access_denied: { vi: 'Bạn đã hủy đăng nhập. Chưa có thông tin nào được chia sẻ.', en: 'You cancelled. Nothing was shared.' },
  unmet_authentication_requirements: {
    vi: 'Tài khoản của bạn chưa đủ mức cho dịch vụ này. Chưa có thông tin nào được chia sẻ.',
    en: 'Your account is not at the level this service needs. Nothing was shared.',
  },
  login_required: { vi: 'Bạn cần đăng nhập để tiếp tục.', en: 'You need to sign in to go on.' },
  interaction_required: { vi: 'Bạn cần đăng nhập lại để tiếp tục.', en: 'You need to sign in again to go on.' },
  consent_required: { vi: 'Dịch vụ cần sự đồng ý của bạn để tiếp tục.', en: 'The service needs your consent to go on.' },
  temporarily_unavailable: {
    vi: 'SenID đang bận. Vui lòng thử lại sau ít phút.',
    en: 'SenID is busy. Please try again in a few minutes.',
  },
  server_error: {
    vi: 'SenID gặp sự cố. Chưa có thông tin nào được chia sẻ. Vui lòng thử lại.',
    en: 'Something went wrong at SenID. Nothing was shared. Please try again.',
  },
  not_begun_here: {
    vi: 'Lần đăng nhập này không bắt đầu ở trình duyệt này hoặc đã dùng rồi. Vui lòng đăng nhập lại.',
    en: 'This sign-in was not begun in this browser, or was used already. Please sign in again.',
  },
  sign_in_failed: {
    vi: 'Không thể hoàn tất đăng nhập. Vui lòng thử lại.',
    en: 'The sign-in could not be completed. Please try again.',
  },
};

/** `urn:senid:acr:id2-auth2` in words. */
export function levelInWords(acr: unknown, language: Language): string {
  const [, identity, authentication] = /id(\d)-auth(\d)$/.exec(String(acr)) ?? [];
  if (identity === undefined) return '';
  return language === 'vi'
    ? `Tài khoản mức ${identity}, đăng nhập mức ${authentication}`
    : `Account level ${identity}, signed in at level ${authentication}`;
}

const genders: Readonly<Record<string, Words>> = {
  female: { vi: 'Nữ', en: 'Female' },
  male: { vi: 'Nam', en: 'Male' },
  other: { vi: 'Khác', en: 'Other' },
};

/** The claim `gender` in words; an unknown value as it came. */
export const genderInWords = (gender: string | undefined, language: Language): string | undefined =>
  gender === undefined ? undefined : (genders[gender]?.[language] ?? gender);
