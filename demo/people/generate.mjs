// Writes people.json (what each is for, with passwords), people.ndjson (the import) and ../agencies/register.json (what the agencies hold) from
// the lists below.
import { writeFileSync } from 'node:fs';

const people = [
  [
    '000190000101',
    'Nguyễn',
    'Thị',
    'Lan',
    '1990-02-01',
    'female',
    2,
    'Mức 2 đầy đủ, có mã, điện thoại và mọi giấy tờ',
    'Level 2 complete, with codes, a phone and all documents',
    true,
  ],
  [
    '000085000102',
    'Trần',
    'Văn',
    'Minh',
    '1985-11-23',
    'male',
    2,
    'Mức 2, một giấy tờ đang xác minh, một giấy tờ không khớp',
    'Level 2, one document being verified and one that does not match',
    true,
  ],
  ['000195000103', 'Lê', 'Hoàng', 'Anh', '1995-06-15', 'other', 1, 'Chỉ mức 1', 'Level 1 only', false],
  [
    '000078000104',
    'Phạm',
    'Quốc',
    'Bảo',
    '1978-09-09',
    'male',
    2,
    'Mức 2, tự khóa',
    'Level 2, locked by himself',
    true,
    { ground: 'own-request', by: 'self' },
  ],
  [
    '000168000105',
    'Võ',
    'Thị',
    'Hạnh',
    '1968-03-30',
    'female',
    2,
    'Mức 2, cơ quan khóa',
    'Level 2, locked by an authority',
    true,
    { ground: 'authority-request', by: 'authority' },
  ],
  [
    '000055000106',
    'Đặng',
    'Văn',
    'Sơn',
    '1955-12-12',
    'male',
    2,
    'Thẻ căn cước hết hạn',
    'Identity card expired',
    true,
    { ground: 'card-expired', by: 'authority' },
  ],
  ['P0001234', 'Okafor', '', 'Grace', '1988-07-04', 'female', 2, 'Người nước ngoài, mức 2', 'Foreigner, level 2', true],
  [
    '000316000108',
    'Nguyễn',
    'Minh',
    'Khôi',
    '2016-05-20',
    'male',
    1,
    'Trẻ 10 tuổi có người giám hộ (Nguyễn Thị Lan)',
    'Ward of 10, guardian Nguyễn Thị Lan',
    false,
  ],
  [
    '000075000109',
    'Hoàng',
    'Đức',
    'Thắng',
    '1975-01-19',
    'male',
    2,
    'Người đại diện pháp luật của công ty',
    'Legal representative of a company',
    true,
  ],
  ['000180000110', 'Bùi', 'Thu', 'Trang', '1980-08-08', 'female', 2, 'Cán bộ đăng ký', 'Registration officer', true],
  ['000183000111', 'Đỗ', 'Mai', 'Hương', '1983-04-27', 'female', 2, 'Nhân viên cơ quan bảo hiểm', 'Clerk of an agency', true],
  ['000040000112', 'Lý', 'Văn', 'Tám', '1940-10-02', 'male', 2, 'Đã mất', 'Deceased', true, { ground: 'death', by: 'authority' }],
];

const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const secretOf = (at) => Array.from({ length: 32 }, (_, n) => base32[(at * 7 + n * 11 + 3) % 32]).join('');
const ascii = (text) => text.normalize('NFD').replace(/\p{M}/gu, '').replace(/đ/g, 'd').replace(/Đ/g, 'D').toLowerCase();

/** How a level-2 person was proven: in person, with a paper that was seen; citizens are in the population register. */
const evidenceOf = (isCitizen, lock) => ({
  kind: 'in-person',
  place: 'Công an phường Mẫu',
  date: '2026-01-15',
  officer: 'officer-0001',
  document: {
    type: isCitizen ? 'idcard' : 'residence_permit',
    issuer: 'Cơ quan quản lý cư trú Mẫu',
    issued_on: '2021-06-01',
    ...(lock?.ground === 'card-expired' ? { expires_on: '2026-06-01' } : {}),
  },
  ...(isCitizen ? { register: { source: 'Cơ sở dữ liệu dân cư Mẫu', date: '2026-01-15' } } : {}),
});

/** Papers that people claim and what the agencies hold of them: `held` differs from what is claimed where something is wrong. */
const papers = [
  [
    '000190000101',
    'traffic-police',
    'driving_licence',
    '000190000901',
    { classes: ['A1', 'B'], issued_on: '2020-05-11', expires_on: '2030-05-11' },
  ],
  [
    '000190000101',
    'social-insurance',
    'health_insurance',
    'DN0000000000101',
    { first_care_place: 'Bệnh viện Hoa Sen', valid_from: '2026-01-01', expires_on: '2030-12-31' },
  ],
  ['000190000101', 'social-insurance', 'social_insurance', '0000000101', { participating: true, joined_on: '2012-09-01' }],
  [
    '000190000101',
    'traffic-police',
    'vehicle_registration',
    '00A1-00101',
    { vehicle: 'Xe máy Sen 110', colour: 'Đỏ', issued_on: '2021-03-15' },
  ],
  [
    '000190000101',
    'civil-status',
    'marriage_certificate',
    '101/2015',
    { spouse_name: 'Nguyễn Văn Hải', registered_on: '2015-10-20', registered_at: 'UBND phường Mẫu, Hà Nội' },
  ],
  [
    '000190000101',
    'civil-status',
    'birth_certificate',
    '101/1990',
    { birthdate: '1990-02-01', birth_place: 'Hà Nội', registered_on: '1990-02-10', registered_at: 'UBND phường Mẫu, Hà Nội' },
  ],
  [
    '000085000102',
    'traffic-police',
    'driving_licence',
    '000085000902',
    { classes: ['B'], issued_on: '2019-07-01', expires_on: '2029-07-01' },
    { takes_longer: true },
  ],
  // a card of somebody else
  ['000085000102', 'social-insurance', 'health_insurance', 'DN0000000000109', undefined],
  ['000085000102', 'social-insurance', 'social_insurance', '0000000102', { participating: true, joined_on: '2008-03-01' }],
  [
    'P0001234',
    'traffic-police',
    'driving_licence',
    '000088000907',
    { classes: ['B'], issued_on: '2024-02-02', expires_on: '2034-02-02' },
  ],
  [
    '000075000109',
    'traffic-police',
    'driving_licence',
    '000075000909',
    { classes: ['C'], issued_on: '2021-04-30', expires_on: '2026-04-30' },
  ],
  [
    '000075000109',
    'social-insurance',
    'health_insurance',
    'DN0000000000109',
    { first_care_place: 'Bệnh viện Hoa Sen', valid_from: '2026-01-01', expires_on: '2030-12-31' },
  ],
  [
    '000180000110',
    'social-insurance',
    'health_insurance',
    'DN0000000000110',
    { first_care_place: 'Trạm y tế phường Mẫu', valid_from: '2026-01-01', expires_on: '2030-12-31' },
  ],
];
const papersOf = (id_number) => papers.filter(([owner]) => owner === id_number).map(([, , type, number]) => ({ type, number }));

const described = people.map(
  ([id_number, family, middle, given, birthdate, gender, identity_level, vi, en, hasCodes, lock], at) => ({
    line: {
      id_number,
      name: { family, middle, given },
      birthdate,
      gender,
      phone: `+849000001${String(at + 1).padStart(2, '0')}`,
      email: `${ascii(given)}.${ascii(family)}${at + 1}@example.org`,
      identity_level,
      password: `sen hong ${ascii(given)} ${2020 + at}`,
      ...(hasCodes ? { totp_secret: secretOf(at) } : {}),
      ...(id_number.startsWith('P') ? { nationality: 'NGA' } : {}),
      ...(identity_level === 2 ? { evidence: evidenceOf(!id_number.startsWith('P'), lock) } : {}),
      ...(papersOf(id_number).length === 0 ? {} : { documents: papersOf(id_number) }),
      address: { street_address: `${12 + at} đường Hoa Sen`, locality: 'Phường Mẫu', region: 'Hà Nội', country: 'VN' },
    },
    shown: { name: [family, middle, given].filter(Boolean).join(' '), for: { vi, en }, lock },
  }),
);

const folder = new URL('.', import.meta.url);
writeFileSync(new URL('people.ndjson', folder), described.map(({ line }) => `${JSON.stringify(line)}\n`).join(''));
const shown = described.map(({ line, shown: { name, for: purpose, lock } }) => ({
  id_number: line.id_number,
  name,
  for: purpose,
  identity_level: line.identity_level,
  password: line.password,
  ...(line.totp_secret === undefined ? {} : { totp_secret: line.totp_secret }),
  ...(lock === undefined ? {} : { lock }),
}));
writeFileSync(new URL('people.json', folder), `${JSON.stringify(shown, undefined, 2)}\n`);

const register = papers
  .filter(([, , , , record]) => record !== undefined)
  .map(([personal_id_number, agency, document, number, record, more = {}]) => {
    const { line, shown: owner } = described.find((each) => each.line.id_number === personal_id_number);
    const { birthdate } = line;
    return { agency, document, number, personal_id_number, birthdate, ...more, record: { full_name: owner.name, ...record } };
  });
writeFileSync(new URL('../agencies/register.json', folder), `${JSON.stringify(register, undefined, 2)}\n`);
