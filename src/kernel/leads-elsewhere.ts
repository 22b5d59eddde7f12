/** As a browser reads what somebody types: wide letters and every kind of dot as plain ones. @see UTS #46 */
const asAddress = (text: string): string =>
  text
    .normalize('NFKC')
    .replace(/[\u3002\u2024\u00b7\u2022\u2219\u22c5\u30fb]/g, '.')
    .replace(/[\u2044\u2215\u29f8]/g, '/')
    .replace(/[\u2236\ua789]/g, ':')
    .replace(/[\u2010-\u2015\u2212]/g, '-');

const scheme = /:\/\/|(?<![\p{L}\p{N}])(?:https?|ftp|mailto|tel|sms|intent|javascript|data)\s*:/iu;
const mention = /@\p{L}/u;
const version6 = /(?<![\p{L}\p{N}])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){3,}/iu;
/** Four numbers; a sum of money looks like it where its groups are of three digits and it says so. */
const version4 = /(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])/g;
const isMoney = (groups: readonly string[], after: string): boolean =>
  groups.slice(1).every((group) => group.length === 3) && /^\s?(?:đ|vn[dđ]|dong)/iu.test(after);

/** Endings of hosts that even a short form before the dot does not excuse. */
const endings = new Set(
  (
    'com net org vn info io xyz top link click app site online example shop store dev co me biz asia cc tv vip club pro tech live page web cloud ' +
    'icu bank gov edu mobi name ly gg ai eu cn ru us support help center security services service work world today team email money finance ' +
    'credit pay cash win bet fun space website host press news media digital solutions systems network group global one plus care zone tk ml ga cf'
  ).split(' '),
);
/** What people write before a dot without a blank after it: places, titles, initials, contracts. */
const shortForm =
  /^(?:TP|Tp|TX|Tx|TT|KP|KĐT|KCN|TS|ThS|GS|PGS|BS|DS|KS|CN|LS|HĐ|HD|HS|GV|NV|KH|Cty|CTY|St|Ms|Mr|Mrs|Dr|Ng|No|[A-ZĐ])$/u;
/** `10`, `T10`, `HD12`. */
const numbered = /^[A-ZĐ]{0,3}\d+$/u;

/** Whether words with dots between them look like a host: what no ending of a host can be, and ordinary short forms, do not. */
function isHost(words: string, after: string): boolean {
  const labels = words.split('.');
  const [ending = ''] = (labels.pop() ?? '').split('-');
  if (/^xn$/i.test(ending)) return true;
  // no ending of a host has a digit, is one letter, or has Vietnamese signs
  if (!/^\p{L}{2,}$/u.test(ending)) return false;
  if (/^\p{Script=Latin}+$/u.test(ending) && !/^[a-z]+$/i.test(ending)) return false;
  if (endings.has(ending.toLowerCase()) || /^[/?#]/.test(after)) return true;
  if (/^tp\.hcm$/i.test(words)) return false;
  if (labels.every((label) => numbered.test(label))) return ending.length < 3;
  return !(labels.every((label) => shortForm.test(label)) && /^[A-Z]/.test(ending));
}

const wordsWithDots = /[\p{L}\p{M}\p{N}_-]+(?:\.[\p{L}\p{M}\p{N}_-]+)+/gu;

/** Whether a text names a web address, a mail address or a computer, written in whatever way. */
export function namesAddress(given: string): boolean {
  const text = asAddress(given);
  const after = (match: RegExpMatchArray): string => text.slice((match.index ?? 0) + match[0].length);
  return (
    scheme.test(text) ||
    mention.test(text) ||
    version6.test(text) ||
    [...text.matchAll(version4)].some((match) => {
      const groups = match[0].split('.');
      return groups.every((group) => Number(group) < 256) && !isMoney(groups, after(match));
    }) ||
    [...text.matchAll(wordsWithDots)].some((match) => isHost(match[0], after(match)))
  );
}

const telephones = [
  // with the country, or one that costs by the minute or nothing
  /\+\s?\d(?:[ .()-]{0,2}\d){7,}/,
  /(?<![\p{L}\p{N}])(?:00)?84[ .-]?[235789]\d(?:[ .-]?\d){7,8}(?!\d)/u,
  /(?<![\p{L}\p{N}])1[89]00[ .]?\d{4}(?:\d{2})?(?!\d)/u,
  // dates begin with two digits
  /(?<![\p{L}\p{N}.,/-])\(?0[235789]\d{1,3}\)?(?:[ .-]?\d{2,4}){2,3}(?!\d)/u,
  /(?<!\d)(?:\d[ .-]){8,}\d(?!\d)/,
];
/** A number that says what it is: of a tax payer, an account, a contract, a customer. */
const said =
  /(?:MST|STK|CCCD|mã số thuế|ma so thue|số tài khoản|so tai khoan|tài khoản|tai khoan|mã khách hàng|ma khach hang|mã KH|ma KH|hợp đồng|hop dong|HĐ|hóa đơn|hoa don)(?: số| so)?\s*[:.]?\s*\d+/giu;

/** Whether a text names a telephone, and not as a number of something else. */
export function namesTelephone(given: string): boolean {
  const text = asAddress(given).replace(said, '');
  return telephones.some((telephone) => telephone.test(text));
}

/** Whether a text that a person is to read leads them elsewhere: to an address, or to somebody at a telephone. */
export const leadsElsewhere = (given: string): boolean => namesAddress(given) || namesTelephone(given);
