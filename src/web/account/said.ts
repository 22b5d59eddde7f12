import { z } from 'zod';
import type { AreaRequest } from '../own-service/area.ts';
import type { AccountNotice, SaidView } from './pages.ts';

const shape = z.object({
  notice: z.string(),
  values: z.record(z.string(), z.string()),
  code: z.object({ code: z.string(), expiresAt: z.number() }).optional(),
});

/** What one page leaves for the next: what was done to what, and a new device's code. */
export const say = (
  notice: AccountNotice,
  values: Readonly<Record<string, string>> = {},
  code?: { readonly code: string; readonly expiresAt: number },
): string => JSON.stringify({ notice, values, code });

export function saidOf({ said }: Pick<AreaRequest, 'said'>): SaidView | undefined {
  if (said === undefined) return undefined;
  const { notice, values, code } = shape.parse(JSON.parse(said));
  return { notice: notice as AccountNotice, values, code };
}
