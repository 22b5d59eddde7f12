import { agencies } from '#config/agencies.ts';
import type { DocumentReason, HeldDocument } from '#src/documents/held-documents.ts';
import type { Language, LocalizedText } from '#src/kernel/identifier.ts';
import { dayInVietNam } from '#src/kernel/viet-nam-day.ts';
import { formatDate } from './day.ts';

/** What the members of a document are called, in the order in which they are read. */
const members: Readonly<Record<string, LocalizedText>> = {
  number: { vi: 'Số', en: 'Number' },
  full_name: { vi: 'Họ và tên', en: 'Full name' },
  classes: { vi: 'Hạng', en: 'Classes' },
  vehicle: { vi: 'Xe', en: 'Vehicle' },
  colour: { vi: 'Màu', en: 'Colour' },
  spouse_name: { vi: 'Vợ hoặc chồng', en: 'Spouse' },
  birthdate: { vi: 'Ngày sinh', en: 'Date of birth' },
  birth_place: { vi: 'Nơi sinh', en: 'Place of birth' },
  first_care_place: { vi: 'Nơi khám ban đầu', en: 'Place of first care' },
  participating: { vi: 'Đang tham gia', en: 'Participating now' },
  joined_on: { vi: 'Tham gia từ', en: 'Since' },
  issued_on: { vi: 'Cấp ngày', en: 'Issued' },
  registered_on: { vi: 'Đăng ký ngày', en: 'Registered' },
  registered_at: { vi: 'Nơi đăng ký', en: 'Registered at' },
  valid_from: { vi: 'Có giá trị từ', en: 'Valid from' },
  expires_on: { vi: 'Có giá trị đến', en: 'Valid until' },
  managing_agency: { vi: 'Cơ quan quản lý', en: 'Managed by' },
  verified_at: { vi: 'Xác minh ngày', en: 'Verified' },
};

const yesNo = { true: { vi: 'có', en: 'yes' }, false: { vi: 'không', en: 'no' } } as const;

const notHeld: LocalizedText = {
  vi: 'chưa có giấy tờ đã xác minh; dịch vụ chỉ nhận được khi có',
  en: 'none that is verified; the service gets it only once there is one',
};

/** What each member is called, by its name. */
const documentMember = (name: string, language: Language): string => members[name]?.[language] ?? name;

/** One member's value as people read it. */
function documentMemberInWords(name: string, value: unknown, language: Language): string {
  if (typeof value === 'boolean') return yesNo[`${value}`][language];
  if (Array.isArray(value)) return value.join(', ');
  const text = String(value);
  if (name === 'managing_agency') return Object.values(agencies).find(({ vi }) => vi === text)?.[language] ?? text;
  if (/^\d{4}-\d{2}-\d{2}T/.test(text)) return formatDate(dayInVietNam(Date.parse(text)), language);
  return /^\d{4}-\d{2}-\d{2}$/.test(text) ? formatDate(text, language) : text;
}

/** A document as people read it, a member a line; where there is none that could leave, that there is none. */
export function documentInWords(value: unknown, language: Language): string {
  if (typeof value !== 'object' || value === null) return notHeld[language];
  const held = value as Readonly<Record<string, unknown>>;
  return Object.keys(members)
    .filter((name) => held[name] !== undefined)
    .map((name) => `${documentMember(name, language)}: ${documentMemberInWords(name, held[name], language)}`)
    .join('\n');
}

const states: Readonly<Record<HeldDocument['state'], LocalizedText>> = {
  pending: { vi: 'đang xác minh', en: 'being verified' },
  verified: { vi: 'đã xác minh', en: 'verified' },
  mismatch: { vi: 'không khớp', en: 'does not match' },
  not_found: { vi: 'không tìm thấy', en: 'not found' },
  expired: { vi: 'hết hạn', en: 'expired' },
};

export const documentState = (state: HeldDocument['state'], language: Language): string => states[state][language];

/** Why a document is not used, and what its holder can do. */
export const documentReasons: Readonly<Record<DocumentReason, LocalizedText>> = {
  'being-checked': {
    vi: 'Cơ quan quản lý đang kiểm tra. Chưa dịch vụ nào nhận được giấy tờ này.',
    en: 'The managing agency is checking it. No service gets this document yet.',
  },
  'agency-silent': {
    vi: 'Cơ quan quản lý chưa trả lời. SenID vẫn hỏi lại; bạn cũng có thể gửi lại, hoặc hỏi cơ quan đó.',
    en: 'The managing agency has not answered. SenID keeps asking; you can also send it again, or ask the agency.',
  },
  differs: {
    vi: 'Số này không khớp với bạn trong sổ của cơ quan quản lý. Hãy kiểm tra lại số rồi gửi lại; nếu số đúng, hãy hỏi cơ quan đó.',
    en: "The number does not match you in the managing agency's register. Check it and send it again; if it is right, ask the agency.",
  },
  unknown: {
    vi: 'Cơ quan quản lý không có số này. Hãy kiểm tra lại số rồi gửi lại; nếu số đúng, hãy hỏi cơ quan đó.',
    en: 'The managing agency does not have this number. Check it and send it again; if it is right, ask the agency.',
  },
  expired: {
    vi: 'Giấy tờ đã hết hạn nên dịch vụ không còn nhận được. Sau khi đổi giấy tờ, hãy gửi lại.',
    en: 'The document has expired, so services get it no longer. Once it is renewed, send it again.',
  },
};
