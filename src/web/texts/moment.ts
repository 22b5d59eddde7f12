import type { Language } from '#src/kernel/identifier.ts';

/** A moment for people, by the clock of Viet Nam. */
export const momentIn = (language: Language, at: number | string): string =>
  new Intl.DateTimeFormat(language === 'vi' ? 'vi-VN' : 'en-GB', {
    dateStyle: 'medium',
    timeStyle: 'short',
    timeZone: 'Asia/Ho_Chi_Minh',
  }).format(new Date(at));
