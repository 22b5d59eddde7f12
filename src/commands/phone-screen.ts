import type { ApprovalPayload, SignIn } from '#src/phone/virtual-phone.ts';
import { claimLabel, formatClaimValue } from '#src/web/texts/claims.ts';

/** What the person sees: the site first and largest, since a relayed QR betrays itself there. `phone` begins the commands it names. */
export function screen(payload: ApprovalPayload, phone: string): string[] {
  const { id, client, from, claims, acr, number_required: numberRequired } = payload;
  return [
    'Which site is open on the other screen?',
    `    ${client.domain.toUpperCase()}`,
    `    ${client.name.vi} / ${client.name.en}`,
    `from ${from.browser || 'unknown browser'}, network ${from.network || 'unknown'}${from.known ? '' : ' (new browser)'}`,
    `level ${acr}`,
    ...claims.map(
      ({ name, value, essential, purpose, verified }) =>
        `  ${claimLabel(name, 'en')}${verified === true ? ' (verified)' : ''}: ${formatClaimValue(name, value, 'en')} [${name}] (${purpose.en}${essential ? ', needed' : ''})`,
    ),
    ...(numberRequired ? [`type the number shown on the other screen: ${phone} approve ${id} --number NN`] : []),
    `expires ${payload.expires_at}`,
  ];
}

/** One line of the history. */
export const signInLine = ({ id, at, client_name: name, browser, new_browser: isNew, reported }: SignIn): string =>
  `${id}  ${at}  ${name.en}, ${browser || 'unknown browser'}${isNew ? ' (NEW BROWSER)' : ''}${reported ? ' (reported: not me)' : ''}`;
