import type { Context } from 'koa';
import { z } from 'zod';
import type { AreaWorkings } from './parts.ts';

/** A sign-in that was begun in this browser: what the answer is measured by, and the page that was wanted. */
const shape = z.strictObject({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  returnTo: z.string(),
  until: z.number(),
});
export type PendingSignIn = z.infer<typeof shape>;

/** As long as the pages of a sign-in live. */
export const pendingLifeMs = 30 * 60_000;

const contextOf = (name: string): string => `cookie/${name}`;
/** One for each tab. */
const nameOf = ({ cookie }: AreaWorkings, state: string): string => `${cookie}_in_${state.slice(0, 12)}`;

export function keepPending(area: AreaWorkings, ctx: Context, pending: PendingSignIn): void {
  const name = nameOf(area, pending.state);
  ctx.cookies.set(name, area.sealing.seal(JSON.stringify(pending), contextOf(name)), {
    httpOnly: true,
    sameSite: 'lax',
    signed: false,
    path: area.settings.path,
    maxAge: pendingLifeMs,
  });
}

/** The sign-in that an answer belongs to, once; undefined where it was begun in another browser, or long ago. */
export function takePending(area: AreaWorkings, ctx: Context, state: string): PendingSignIn | undefined {
  if (!/^[A-Za-z0-9_-]{20,200}$/.test(state)) return undefined;
  const name = nameOf(area, state);
  const sealed = ctx.cookies.get(name, { signed: false });
  if (sealed === undefined) return undefined;
  ctx.cookies.set(name, null, { path: area.settings.path, signed: false });
  try {
    const pending = shape.parse(JSON.parse(area.sealing.open(sealed, contextOf(name))));
    return pending.state === state && area.clock.now() < pending.until ? pending : undefined;
  } catch {
    // not sealed here: somebody made it up
    return undefined;
  }
}
