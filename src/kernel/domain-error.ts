/**
 * A way the service says no. Rules throw these without knowing HTTP or OAuth; `errors/catalogue.ts` has one row for each code and
 * says what the outside sees. `detail` is for logs and developers and must never hold a secret or personal data.
 */
export class DomainError<Code extends string = string> extends Error {
  readonly code: Code;
  readonly detail: string | undefined;
  /** When it makes sense to try again, for refusals that pass by themselves. */
  readonly retryAfterSeconds: number | undefined;

  constructor(code: Code, options: { detail?: string; retryAfterSeconds?: number; cause?: unknown } = {}) {
    super(code, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'DomainError';
    this.code = code;
    this.detail = options.detail;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}
