import { describe, expect, it } from 'vitest';
import { createClaimCatalogue } from '#src/consent/claim-catalogue.ts';
import { documentNames } from '#src/documents/document-types.ts';
import { claimLabel, formatClaimValue } from '#src/web/texts/claims.ts';

const prefix = 'https://senid.example/claims/';
const { texts } = (await import(new URL('../../../views/public/app/texts.js', import.meta.url).href)) as {
  texts: Record<'vi' | 'en', { claims: Record<string, string>; errors: Record<string, string> }>;
};

type DateWords = (date: string) => string;
const { documentWords, isDocument } = (await import(
  new URL('../../../views/public/app/document-words.js', import.meta.url).href
)) as {
  documentWords: (value: unknown, t: object, dateWords: DateWords) => string;
  isDocument: (name: string) => boolean;
};

describe('claims in words', () => {
  it('every claim that can be released has a name for people, in both languages', () => {
    for (const name of createClaimCatalogue(prefix).keys()) {
      const words = [claimLabel(name, 'vi'), claimLabel(name, 'en')];
      expect(words[0]).not.toBe(words[1]);
      expect(words.join()).not.toContain('_');
    }
  });

  it('a claim is called the same on the phone as on the page', () => {
    for (const language of ['vi', 'en'] as const)
      for (const [name, words] of Object.entries(texts[language].claims)) expect(claimLabel(name, language)).toBe(words);
  });

  it('the phone has the same words in both languages', () => {
    const keysOf = (value: unknown): unknown =>
      typeof value === 'object' && value !== null
        ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, keysOf(inner)]))
        : 'text';
    expect(keysOf(texts.en)).toEqual(keysOf(texts.vi));
  });

  it.each(documentNames)('%s reads the same on the phone as on the page, whether somebody has it or not', (name) => {
    const dateWords = (date: string): string => formatClaimValue('birthdate', date, 'vi') ?? '';
    const document = {
      number: '1',
      participating: true,
      classes: ['A1', 'B'],
      issued_on: '2020-05-11',
      verified_at: '2026-11-25T18:00:00Z',
    };
    expect(isDocument(name)).toBe(true);
    for (const value of [document, undefined])
      expect(documentWords(value, texts.vi, dateWords)).toBe(formatClaimValue(prefix + name, value, 'vi'));
    expect(formatClaimValue(prefix + name, document, 'vi')).toContain(
      'Hạng: A1, B\nĐang tham gia: có\nCấp ngày: 11/05/2020\nXác minh ngày: 26/11/2026',
    );
    expect(formatClaimValue(prefix + name, { managing_agency: 'Cục Cảnh sát giao thông' }, 'en')).toContain(
      'Traffic Police Department',
    );
  });

  it('verified claims and own claims go by the same name', () => {
    expect(claimLabel('verified_claims.birthdate', 'vi')).toBe('Ngày sinh');
    expect(claimLabel(`${prefix}driving_licence`, 'en')).toBe('Driving licence');
  });

  it('a name nobody knows is shown as it is, not dropped', () => {
    expect(claimLabel('shoe_size', 'vi')).toBe('shoe_size');
  });

  it.each([
    ['birthdate', '1990-02-01', '01/02/1990', '1 February 1990'],
    ['birthdate', '1958', '1958', '1958'],
    ['gender', 'female', 'Nữ', 'Female'],
    ['email_verified', true, 'có', 'yes'],
    ['email_verified', false, 'không', 'no'],
    ['nationalities', ['VN'], 'Việt Nam', 'Vietnam'],
    ['nationalities', ['ZZZ'], 'ZZZ', 'ZZZ'],
    ['address', { formatted: '12 đường Hoa Sen, Hà Nội' }, '12 đường Hoa Sen, Hà Nội', '12 đường Hoa Sen, Hà Nội'],
    [`${prefix}personal_id_number`, '000190000101', '000190000101', '000190000101'],
  ])('%s %j reads as people write it', (name, value, vi, en) => {
    expect(formatClaimValue(name, value, 'vi')).toBe(vi);
    expect(formatClaimValue(name, value, 'en')).toBe(en);
  });

  it('what an account does not have has no words', () => {
    expect(formatClaimValue('email', undefined, 'vi')).toBeUndefined();
    expect(formatClaimValue('email', null, 'en')).toBeUndefined();
  });
});
