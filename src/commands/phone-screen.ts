import type { ApprovalPayload, Consent, ShownTransaction, SignIn } from '#src/phone/virtual-phone.ts';
import { claimLabel, formatClaimValue } from '#src/web/texts/claims.ts';

const dong = new Intl.NumberFormat('vi-VN');

const transactionLines = ({ amount, payee, purpose, reference }: ShownTransaction): string[] => [
  `pay ${dong.format(amount.value)} ${amount.currency}`,
  `  to ${payee.name}, account ${payee.account}`,
  `  for ${purpose} (reference ${reference})`,
];

/** What the person sees: the site first and largest, since a relayed QR betrays itself there. `phone` begins the commands it names. */
export function screen(payload: ApprovalPayload, phone: string): string[] {
  const { id, client, from, claims, acr, transaction, number_required: numberRequired, face_required: faceRequired } = payload;
  return [
    from === null ? 'A service asks you by itself:' : 'Which site is open on the other screen?',
    `    ${client.domain.toUpperCase()}`,
    `    ${client.name.vi} / ${client.name.en}`,
    ...(payload.binding_message === null ? [] : [`    it says: "${payload.binding_message}"`]),
    ...(from === null
      ? []
      : [`from ${from.browser || 'unknown browser'}, network ${from.network || 'unknown'}${from.known ? '' : ' (new browser)'}`]),
    ...(transaction === null ? [] : transactionLines(transaction)),
    `level ${acr}`,
    ...claims.map(
      ({ name, value, essential, purpose, verified }) =>
        `  ${claimLabel(name, 'en')}${verified === true ? ' (verified)' : ''}: ${formatClaimValue(name, value, 'en')?.replaceAll('\n', '; ') ?? 'none'} [${name}] (${purpose.en}${essential ? ', needed' : ''})`,
    ),
    ...(typeof payload.until === 'string' ? [`what you grant ends at ${payload.until}`] : []),
    ...(faceRequired ? [`the register's own look at your face is needed: ${phone} approve ${id} --face FILE`] : []),
    ...(numberRequired ? [`type the number shown on the other screen: ${phone} approve ${id} --number NN`] : []),
    `expires ${payload.expires_at}`,
  ];
}

/** One line of the history. */
export const signInLine = ({ id, at, client_name: name, browser, new_browser: isNew, reported }: SignIn): string =>
  `${id}  ${at}  ${name.en}, ${browser || 'unknown browser'}${isNew ? ' (NEW BROWSER)' : ''}${reported ? ' (reported: not me)' : ''}`;

/** One consent: who, what for, and what. */
export function consentLines({ id, service_id: service, client_name: name, purpose, ...consent }: Consent): string[] {
  const labels = (claims: readonly string[]): string => claims.map((claim) => `${claimLabel(claim, 'en')} [${claim}]`).join(', ');
  return [
    `${id}  ${name.en}: ${purpose.en}`,
    `    shares ${consent.claims.length === 0 ? 'nothing but an identifier of its own' : labels(consent.claims)}`,
    ...(consent.by_law.length === 0 ? [] : [`    by law ${labels(consent.by_law)}`]),
    ...(consent.offline_access ? ['    also while you are not signed in'] : []),
    `    since ${consent.granted_at} until ${consent.expires_at}; everything of this service: ${service}`,
  ];
}

interface Receipt {
  readonly id?: string;
  readonly at?: string;
  readonly method?: string;
  readonly acr?: string;
  readonly granted?: readonly string[];
  readonly refused?: readonly string[];
  readonly informed?: readonly string[];
  readonly shown?: { readonly page?: readonly string[]; readonly purpose?: { readonly en: string } } | null;
  readonly withdrawals?: readonly { readonly at: string; readonly claim: string | null; readonly by: string }[];
}

/** One receipt as it was decided, with the page as it was shown. */
export function receiptLines(receipt: Receipt): string[] {
  const claims = (names: readonly string[] = []): string => (names.length === 0 ? '-' : names.join(', '));
  return [
    `receipt ${receipt.id}  ${receipt.at}  by ${receipt.method}, ${receipt.acr}`,
    ...(receipt.shown?.page ?? []).map((line) => `    | ${line}`),
    ...(receipt.method === 'phone' ? [`    | ${receipt.shown?.purpose?.en ?? ''}`] : []),
    `    granted ${claims(receipt.granted)}; refused ${claims(receipt.refused)}; told by law ${claims(receipt.informed)}`,
    ...(receipt.withdrawals ?? []).map(({ at, claim, by }) => `    withdrawn ${at}: ${claim ?? 'everything'} (${by})`),
  ];
}
