import type { KeyboardAuthentication } from '#src/accounts/ports.ts';
import type { Approvals } from '#src/approvals/approvals.ts';
import type { Sealing } from '#src/kernel/sealing.ts';
import type { Signals } from '#src/kernel/signals.ts';
import type { SignInParts } from '#src/sign-in/ports.ts';
import type { FormTokens } from '../csrf.ts';
import type { Renderer } from '../render.ts';

/** What the sign-in pages are made of. */
export interface SignInPageParts extends SignInParts {
  readonly issuer: string;
  readonly sealing: Sealing;
  readonly signals: Signals;
  readonly approvals: Approvals;
  readonly keyboard: KeyboardAuthentication;
  readonly renderer: Renderer;
  readonly forms: FormTokens;
}
