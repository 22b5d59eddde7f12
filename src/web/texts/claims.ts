import { isDocumentType } from '#src/documents/document-types.ts';
import type { Language, LocalizedText } from '#src/kernel/identifier.ts';
import { formatDate } from './day.ts';
import { documentInWords } from './documents.ts';

/** What claims are called on screens; own claims by their name without the prefix. */
const labels: Readonly<Record<string, LocalizedText>> = {
  sub: { vi: 'Mã riêng cho dịch vụ', en: 'Identifier for this service' },
  name: { vi: 'Họ và tên', en: 'Full name' },
  family_name: { vi: 'Họ', en: 'Family name' },
  middle_name: { vi: 'Chữ đệm', en: 'Middle name' },
  given_name: { vi: 'Tên', en: 'Given name' },
  picture: { vi: 'Ảnh chân dung', en: 'Portrait' },
  birthdate: { vi: 'Ngày sinh', en: 'Date of birth' },
  gender: { vi: 'Giới tính', en: 'Gender' },
  email: { vi: 'Thư điện tử', en: 'E-mail' },
  email_verified: { vi: 'Thư điện tử đã xác minh', en: 'E-mail verified' },
  phone_number: { vi: 'Số điện thoại', en: 'Phone number' },
  phone_number_verified: { vi: 'Số điện thoại đã xác minh', en: 'Phone number verified' },
  address: { vi: 'Nơi cư trú', en: 'Address' },
  locale: { vi: 'Ngôn ngữ', en: 'Language' },
  zoneinfo: { vi: 'Múi giờ', en: 'Time zone' },
  updated_at: { vi: 'Cập nhật lúc', en: 'Updated' },
  place_of_birth: { vi: 'Nơi sinh', en: 'Place of birth' },
  nationalities: { vi: 'Quốc tịch', en: 'Nationality' },
  personal_id_number: { vi: 'Số định danh cá nhân', en: 'Personal ID number' },
  age_over_14: { vi: 'Đủ 14 tuổi', en: 'Aged 14 or over' },
  age_over_16: { vi: 'Đủ 16 tuổi', en: 'Aged 16 or over' },
  age_over_18: { vi: 'Đủ 18 tuổi', en: 'Aged 18 or over' },
  age_over_21: { vi: 'Đủ 21 tuổi', en: 'Aged 21 or over' },
  age_over_60: { vi: 'Đủ 60 tuổi', en: 'Aged 60 or over' },
  name_matches: { vi: 'Họ và tên có khớp không', en: 'Whether your full name is right' },
  birthdate_matches: { vi: 'Ngày sinh có khớp không', en: 'Whether your date of birth is right' },
  phone_number_matches: { vi: 'Số điện thoại có khớp không', en: 'Whether your phone number is right' },
  personal_id_number_matches: { vi: 'Số định danh cá nhân có khớp không', en: 'Whether your personal ID number is right' },
  driving_licence: { vi: 'Giấy phép lái xe', en: 'Driving licence' },
  health_insurance: { vi: 'Thẻ bảo hiểm y tế', en: 'Health insurance' },
  social_insurance: { vi: 'Sổ bảo hiểm xã hội', en: 'Social insurance' },
  vehicle_registration: { vi: 'Đăng ký xe', en: 'Vehicle registration' },
  marriage_certificate: { vi: 'Giấy chứng nhận kết hôn', en: 'Marriage certificate' },
  birth_certificate: { vi: 'Giấy khai sinh', en: 'Birth certificate' },
  dependants: { vi: 'Người phụ thuộc', en: 'Dependants' },
  organisation: { vi: 'Tổ chức', en: 'Organisation' },
};

const genders: Readonly<Record<string, LocalizedText>> = {
  female: { vi: 'Nữ', en: 'Female' },
  male: { vi: 'Nam', en: 'Male' },
  other: { vi: 'Khác', en: 'Other' },
};

/** What a comparison says: the service learns this and no more. */
const sameOrNot: Readonly<Record<string, LocalizedText>> = {
  true: { vi: 'khớp', en: 'it matches' },
  false: { vi: 'không khớp', en: 'it does not match' },
};

const yesNo: Readonly<Record<string, LocalizedText>> = { true: { vi: 'có', en: 'yes' }, false: { vi: 'không', en: 'no' } };

/** A country's two letters after ISO 3166-1. */
const country = /^[A-Z]{2}$/;

const shortName = (claim: string): string => claim.slice(Math.max(claim.lastIndexOf('/'), claim.lastIndexOf('.')) + 1);

/** What a claim is called for people; an own claim by its full name, a verified one as `verified_claims.<claim>`. */
export const claimLabel = (claim: string, language: Language): string => labels[shortName(claim)]?.[language] ?? shortName(claim);

/** A claim's value as people read it, on one line, a document on several; undefined where there is none. */
export function formatClaimValue(claim: string, value: unknown, language: Language): string | undefined {
  const name = shortName(claim);
  if (isDocumentType(name)) return documentInWords(value, language);
  if (value === undefined || value === null) return undefined;
  if (name === 'birthdate') return formatDate(String(value), language);
  if (name === 'gender') return genders[String(value)]?.[language] ?? String(value);
  if (name === 'address') return (value as { formatted?: string }).formatted;
  if (name === 'nationalities')
    return [value]
      .flat()
      .map((code) => countryName(String(code), language))
      .join(', ');
  if (name.endsWith('_matches')) return sameOrNot[String(value)]?.[language];
  if (typeof value === 'boolean') return yesNo[String(value)]?.[language];
  if (Array.isArray(value)) return value.join(', ');
  return typeof value === 'object' ? Object.values(value).filter(Boolean).join(', ') : String(value);
}

function countryName(code: string, language: Language): string {
  return country.test(code) ? (new Intl.DisplayNames(language, { type: 'region' }).of(code) ?? code) : code;
}
