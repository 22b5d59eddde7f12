import { displayName } from '#src/accounts/account.ts';
import { parseAcr } from '#src/assurance/level.ts';
import type { Client } from '#src/clients/client.ts';
import type { Language } from '#src/kernel/identifier.ts';
import { languageOf } from '../language.ts';
import type { AreaRequest } from '../own-service/area.ts';
import { levelWords } from '../sign-in/level-words.ts';
import { accountEn } from '../texts/account-en.ts';
import { type AccountTexts, accountVi } from '../texts/account-vi.ts';
import { claimLabel } from '../texts/claims.ts';
import { momentIn } from '../texts/moment.ts';
import type { OwnerView } from './pages.ts';
import type { AccountParts } from './parts.ts';

/** What one request's pages are written with. */
export interface Wording {
  readonly language: Language;
  readonly words: AccountTexts;
  readonly moment: (at: number) => string;
  readonly claims: (names: readonly string[]) => string;
  readonly level: (acr: string) => string;
  /** A service as it is registered now; looked up once for each page. */
  readonly service: (id: string) => Promise<{ readonly name: string; readonly client: Client | undefined }>;
}

export function wordingOf({ clients }: Pick<AccountParts, 'clients'>, { ctx }: AreaRequest): Wording {
  const language = languageOf(ctx);
  const known = new Map<string, Promise<{ name: string; client: Client | undefined }>>();
  const find = async (id: string) => {
    const client = (await clients.find(id))?.client;
    return { name: client?.name[language] ?? id, client };
  };
  return {
    language,
    words: language === 'vi' ? accountVi : accountEn,
    moment: (at) => momentIn(language, at),
    claims: (names) => names.map((name) => claimLabel(name, language)).join(', '),
    level(acr) {
      const level = parseAcr(acr);
      return level === undefined ? acr : levelWords(level, language);
    },
    service(id) {
      const found = known.get(id) ?? find(id);
      known.set(id, found);
      return found;
    },
  };
}

/** A line of a row in the history; left out where there is nothing to say. */
export type Line = readonly [keyof AccountTexts['lines'], string | undefined];

/** Whose page this is. */
export const ownerView = ({ session, csrf }: AreaRequest): OwnerView => ({
  name: displayName(session.account.person().name),
  csrf,
});
