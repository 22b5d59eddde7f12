import { z } from 'zod';
import type { AreaRequest } from '../own-service/area.ts';
import type { Notice } from './pages.ts';

const shape = z.object({ notice: z.string(), secret: z.object({ id: z.string(), value: z.string() }).optional() });

/** What one page leaves for the next: the name of what was done, and a secret where one was made. */
export const say = (notice: Notice, secret?: { readonly id: string; readonly value: string }): string =>
  JSON.stringify({ notice, ...(secret === undefined ? {} : { secret }) });

export function saidView({ said }: Pick<AreaRequest, 'said'>) {
  if (said === undefined) return {};
  const { notice, secret } = shape.parse(JSON.parse(said));
  return { notice: notice as Notice, secret };
}
