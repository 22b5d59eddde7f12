import type { Language } from '#src/kernel/identifier.ts';

/** `1990-02-01` in full; a year alone stays a year. */
export function formatDate(date: string, language: Language): string {
  const [year, month, day] = date.split('-');
  if (day === undefined) return date;
  return language === 'vi'
    ? `${day}/${month}/${year}`
    : new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(date));
}
