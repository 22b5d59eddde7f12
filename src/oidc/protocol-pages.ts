import type { KoaContextWithOIDC } from 'oidc-provider';

/** The library's own sign-out form: it must come back with `xsrf`, and `logout=yes` when the person agreed. */
export interface SignOutForm {
  readonly action: string;
  readonly xsrf: string;
  readonly clientId: string | undefined;
  /** Where the browser goes afterwards, already checked against the registration. */
  readonly returnsTo: string | undefined;
}

/** The few pages that the protocol shows by itself; `web/` implements them. */
export interface ProtocolPages {
  /** An error that can't be sent to a service. `code` is OAuth's, never a description. */
  error(ctx: KoaContextWithOIDC, error: { readonly code: string; readonly status: number }): void;
  signOut(ctx: KoaContextWithOIDC, form: SignOutForm): Promise<void>;
  signedOut(ctx: KoaContextWithOIDC, clientId: string | undefined): Promise<void>;
}
