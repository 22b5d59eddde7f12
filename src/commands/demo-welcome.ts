import type { Settings } from '#config/load.ts';
import type { Places } from './demo-places.ts';
import type { DemoPerson } from './demo-population.ts';
import { commandFront } from './printed-command.ts';

function row({ id_number: id, password, name, for: purpose, totp_secret: totp }: DemoPerson): string {
  const codes = totp === undefined ? '' : `\n${' '.repeat(16)}code generator: ${totp}`;
  return `  ${id.padEnd(13)} ${password.padEnd(22)} ${name} – ${purpose.en}${codes}`;
}

/** What the demo prints when it is ready: addresses, three people to try, what to click first, how to use the phone. */
export function welcome({ issuer, portal, bank, library }: Places, settings: Settings, people: readonly DemoPerson[]): string {
  const senid = commandFront(settings);
  const [complete, , levelOne, , , , foreigner] = people;
  const shown = [complete, levelOne, foreigner].filter((person) => person !== undefined);
  return `
SenID            ${issuer}
Public portal    ${portal}   needs level 2, fills forms from documents
Bank             ${bank}   asks for consent
Library          ${library}   level 1 is enough

People to try (all invented; npx senid people list --demo shows all)
${shown.map(row).join('\n')}

First: open ${portal} and choose "Sign in with SenID".
With a phone:
  ${senid} people enrolment-code ${complete?.id_number} --reason "trying the demo"
then enter the code at ${issuer}/app in another tab or on this machine, and paste or scan the QR; or:
  ${senid} phone enrol CODE
  ${senid} phone scan 'QR TEXT'
  ${senid} phone approve ID --number NN
then let the bank ask by itself: ${bank}, "open an account", and approve on the phone.
To bring in a service of your own: docs/sandbox.md.
Ctrl-C stops everything; the data stay.
`;
}
