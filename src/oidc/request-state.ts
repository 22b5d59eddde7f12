import type { KoaContextWithOIDC } from 'oidc-provider';
import type { Account } from '#src/accounts/account.ts';
import type { Client } from '#src/clients/client.ts';
import type { ConsentPlan } from '#src/consent/consent-plan.ts';
import type { Write } from '#src/kernel/store.ts';
import type { Assessment } from '#src/sign-in/assess.ts';

/** What the hooks of one request tell each other; the library calls them apart, this keeps their findings together. */
export interface RequestState {
  client?: Client;
  /** Undefined when the session's account is gone or locked. */
  account?: Account | undefined;
  assessment?: Assessment;
  plan?: ConsentPlan;
  /** Written in one commit with the grant that is saved next. */
  besideGrant?: Write | undefined;
}

const states = new WeakMap<object, RequestState>();

export function requestState(ctx: KoaContextWithOIDC): RequestState {
  let state = states.get(ctx);
  if (state === undefined) {
    state = {};
    states.set(ctx, state);
  }
  return state;
}
