import type { Language, LocalizedText } from '#src/kernel/identifier.ts';

/** What claims are called on screens; own claims by their name without the prefix. */
const labels: Readonly<Record<string, LocalizedText>> = {
  name: { vi: 'Họ và tên', en: 'Full name' },
  family_name: { vi: 'Họ', en: 'Family name' },
  middle_name: { vi: 'Chữ đệm', en: 'Middle name' },
  given_name: { vi: 'Tên', en: 'Given name' },
  birthdate: { vi: 'Ngày sinh', en: 'Date of birth' },
  gender: { vi: 'Giới tính', en: 'Gender' },
  email: { vi: 'Thư điện tử', en: 'E-mail' },
  phone_number: { vi: 'Số điện thoại', en: 'Phone number' },
  address: { vi: 'Nơi cư trú', en: 'Address' },
  nationalities: { vi: 'Quốc tịch', en: 'Nationality' },
  personal_id_number: { vi: 'Số định danh cá nhân', en: 'Personal ID number' },
};

const genders: Readonly<Record<string, LocalizedText>> = {
  female: { vi: 'Nữ', en: 'Female' },
  male: { vi: 'Nam', en: 'Male' },
  other: { vi: 'Khác', en: 'Other' },
};

const shortName = (claim: string): string => (claim.includes('/') ? claim.slice(claim.lastIndexOf('/') + 1) : claim);

export const claimLabel = (claim: string, language: Language): string => labels[shortName(claim)]?.[language] ?? shortName(claim);

/** A claim's value as people read it; undefined where there is none. */
export function formatClaimValue(claim: string, value: unknown, language: Language): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (claim === 'birthdate') return formatDate(String(value), language);
  if (claim === 'gender') return genders[String(value)]?.[language] ?? String(value);
  if (claim === 'address') return (value as { formatted?: string }).formatted;
  if (Array.isArray(value)) return value.join(', ');
  return String(value);
}

function formatDate(date: string, language: Language): string {
  const [year, month, day] = date.split('-');
  if (day === undefined) return date;
  return language === 'vi'
    ? `${day}/${month}/${year}`
    : new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(date));
}
