import type { Context, Next } from 'koa';
import type { Logger } from 'pino';
import { catalogue, type ErrorCode, isErrorCode } from '#src/errors/catalogue.ts';
import type { Outcome } from '#src/errors/outcome.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import { isStoreFault, metStoreFault } from '#src/oidc/store-faults.ts';
import { sendPage } from '../page-response.ts';
import type { Renderer } from '../render.ts';

interface Refusal {
  readonly code: ErrorCode;
  readonly retryAfterSeconds?: number | undefined;
}

/** Statuses of errors that libraries throw about a request's form, as codes of ours. */
const codeByStatus: Readonly<Record<number, ErrorCode>> = {
  400: 'request_malformed',
  404: 'page_not_found',
  405: 'method_not_allowed',
  413: 'body_too_large',
  415: 'request_malformed',
};

const storeUnavailable: Refusal = { code: 'store_unavailable', retryAfterSeconds: 30 };

function refusalOf(thrown: unknown): Refusal {
  if (thrown instanceof DomainError && isErrorCode(thrown.code))
    return { code: thrown.code, retryAfterSeconds: thrown.retryAfterSeconds };
  if (isStoreFault(thrown)) return storeUnavailable;
  if (thrown instanceof URIError) return { code: 'request_malformed' };
  const { status, expose } = (thrown ?? {}) as { status?: number; expose?: boolean };
  const code = expose === true && status !== undefined ? codeByStatus[status] : undefined;
  return { code: code ?? 'unexpected' };
}

/** How a program reads a refusal: RFC 9457, or OAuth 2.0 at the protocol's own endpoints. */
type ForPrograms = (ctx: Context, code: ErrorCode, row: Outcome) => void;

const asProblem: ForPrograms = (ctx, code, { status, title }) => {
  ctx.type = 'application/problem+json';
  ctx.body = JSON.stringify({ type: `urn:senid:error:${code}`, title: title.en, status, code, reference: ctx.state['reference'] });
};

const asOAuthError: ForPrograms = (ctx, _code, { oauth, title }) => {
  ctx.set('Cache-Control', 'no-store');
  ctx.body = { error: oauth, error_description: title.en };
};

/** Answers with what the catalogue says of a code: a page for people, JSON for programs. */
export function sendRefusal(
  ctx: Context,
  renderer: Renderer,
  { code, retryAfterSeconds }: Refusal,
  forPrograms: ForPrograms = asProblem,
): void {
  const row: Outcome = catalogue[code];
  const { status, title, explanation, nextStep } = row;
  if (retryAfterSeconds !== undefined) ctx.set('Retry-After', String(retryAfterSeconds));
  if (ctx.accepts('json', 'html') === 'html') {
    const retryUrl = ctx.method === 'GET' && (status === 503 || status === 429) ? ctx.url : undefined;
    sendPage(ctx, renderer, 'error', { status, code, title, explanation, nextStep, retryUrl }, { status });
    return;
  }
  ctx.status = status;
  forPrograms(ctx, code, row);
}

/** What a request that failed half-way had set already: no service gets a code, and no browser a session, that may not be stored. */
function takeBack(ctx: Context): void {
  for (const header of ['Location', 'Set-Cookie']) ctx.remove(header);
}

/** The last word on every request: what was thrown becomes a readable answer, and nothing of the inside leaks. */
export function errorPages(renderer: Renderer, logger: Logger) {
  function log(ctx: Context, code: ErrorCode, more: object): void {
    logger[catalogue[code].log]({ reference: ctx.state['reference'], code, ...more }, 'refused');
  }

  return async (ctx: Context, next: Next): Promise<void> => {
    try {
      await next();
      if (metStoreFault(ctx)) {
        log(ctx, storeUnavailable.code, {});
        takeBack(ctx);
        sendRefusal(ctx, renderer, storeUnavailable, asOAuthError);
      } else if (ctx.status === 404 && ctx.body === undefined && ctx.respond !== false) throw new DomainError('page_not_found');
    } catch (thrown) {
      const refusal = refusalOf(thrown);
      const detail = thrown instanceof DomainError ? thrown.detail : undefined;
      log(ctx, refusal.code, { detail, ...(refusal.code === 'unexpected' ? { err: thrown } : {}) });
      if (catalogue[refusal.code].status >= 500) takeBack(ctx);
      sendRefusal(ctx, renderer, refusal);
    }
  };
}
