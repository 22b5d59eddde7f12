/** In the form of an argon2id hash at the cost that accounts have; of no password. */
const noPassword = '$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI';

/** Invented people as an import reads them, by number: `000` and nine digits. */
export async function* peopleLines(from: number, to: number, hash = noPassword): AsyncGenerator<string> {
  for (let n = from; n < to; n += 1) {
    yield JSON.stringify({
      id_number: idNumberOf(n),
      name: { family: 'Nguyễn', middle: 'Thị', given: 'Lan' },
      birthdate: '1990-02-01',
      gender: 'female',
      phone: `09${String(n).padStart(8, '0')}`,
      email: `person${n}@example.org`,
      identity_level: 2,
      password_hash: hash,
      address: { street_address: '12 đường Hoa Sen', locality: 'Phường Mẫu', region: 'Hà Nội' },
      evidence: { kind: 'in-person', place: 'Công an phường Mẫu', date: '2026-01-15', officer: 'officer-0001' },
    });
  }
}

export const idNumberOf = (n: number): string => `000${String(n).padStart(9, '0')}`;
