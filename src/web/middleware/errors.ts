import type { Context, Next } from 'koa';
import type { Logger } from 'pino';
import { catalogue, type ErrorCode, isErrorCode } from '#src/errors/catalogue.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import { sendPage } from '../page-response.ts';
import type { Renderer } from '../render.ts';
import { isStoreUnavailable, storeRetrySeconds, takeBack } from './store-unavailable.ts';

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

function refusalOf(thrown: unknown): Refusal {
  if (thrown instanceof DomainError && isErrorCode(thrown.code))
    return { code: thrown.code, retryAfterSeconds: thrown.retryAfterSeconds };
  if (isStoreUnavailable(thrown)) return { code: 'store_unavailable', retryAfterSeconds: storeRetrySeconds };
  if (thrown instanceof URIError) return { code: 'request_malformed' };
  const { status, expose } = (thrown ?? {}) as { status?: number; expose?: boolean };
  const code = expose === true && status !== undefined ? codeByStatus[status] : undefined;
  return { code: code ?? 'unexpected' };
}

/** Answers with what the catalogue says of a code: a page for people, problem+json for programs (RFC 9457). */
export function sendRefusal(ctx: Context, renderer: Renderer, { code, retryAfterSeconds }: Refusal): void {
  const { status, title, explanation, nextStep } = catalogue[code];
  if (retryAfterSeconds !== undefined) ctx.set('Retry-After', String(retryAfterSeconds));
  if (ctx.accepts('json', 'html') === 'html') {
    const startUrl: unknown = ctx.state['startUrl'];
    const sameUrl = ctx.method === 'GET' && (status === 503 || status === 429) ? `?${ctx.querystring}` : undefined;
    const retryUrl = typeof startUrl === 'string' ? startUrl : sameUrl;
    sendPage(ctx, renderer, 'error', { status, code, title, explanation, nextStep, retryUrl }, { status });
    return;
  }
  ctx.status = status;
  ctx.type = 'application/problem+json';
  ctx.body = JSON.stringify({ type: `urn:senid:error:${code}`, title: title.en, status, code, reference: ctx.state['reference'] });
}

/** The last word on every request: what was thrown becomes a readable answer, and nothing of the inside leaks. */
export function errorPages(renderer: Renderer, logger: Logger) {
  return async (ctx: Context, next: Next): Promise<void> => {
    try {
      await next();
      if (ctx.status === 404 && ctx.body === undefined && ctx.respond !== false) throw new DomainError('page_not_found');
    } catch (thrown) {
      const refusal = refusalOf(thrown);
      const detail = thrown instanceof DomainError ? thrown.detail : undefined;
      logger[catalogue[refusal.code].log](
        {
          reference: ctx.state['reference'],
          code: refusal.code,
          detail,
          ...(refusal.code === 'unexpected' ? { err: thrown } : {}),
        },
        'refused',
      );
      if (catalogue[refusal.code].status >= 500) takeBack(ctx);
      sendRefusal(ctx, renderer, refusal);
    }
  };
}
