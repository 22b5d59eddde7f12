import { authenticationLevels } from '#config/acr.ts';
import { identityLevelLabel } from '#src/accounts/account.ts';
import type { Level } from '#src/assurance/level.ts';
import type { Language } from '#src/kernel/identifier.ts';

/** A level as people read it: `mức 2, xác thực mức 2`. */
export function levelWords(
  { identity, authentication }: { identity: Level['identity']; authentication: Level['authentication'] | 0 },
  language: Language,
): string {
  const row = authenticationLevels.find(({ level }) => level === authentication);
  return [identityLevelLabel[identity][language], row?.label[language]].filter(Boolean).join(', ');
}
