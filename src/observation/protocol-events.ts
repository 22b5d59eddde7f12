import type { EventEmitter } from 'node:events';
import type { KoaContextWithOIDC } from 'oidc-provider';
import type { Logger } from 'pino';
import type { ClientDirectory } from '#src/clients/ports.ts';
import type { Metrics } from './metrics.ts';

interface ProtocolRefusal {
  readonly error?: string;
  readonly error_description?: string;
  readonly error_detail?: string;
}

const refusalEvents = [
  'authorization.error',
  'grant.error',
  'userinfo.error',
  'introspection.error',
  'revocation.error',
  'end_session.error',
  'end_session_confirm.error',
];

/** What the protocol refused, for the operator: OAuth's words, never a token or a parameter's value. */
export function logProtocolRefusals(provider: EventEmitter, logger: Logger): void {
  for (const event of refusalEvents) {
    provider.on(
      event,
      (
        ctx: { readonly state: Readonly<Record<string, unknown>> },
        { error, error_description: description, error_detail: detail }: ProtocolRefusal,
      ) => {
        logger.info({ reference: ctx.state['reference'], event, oauth: error, description, detail }, 'protocol refusal');
      },
    );
  }
}

const grantTypes = new Set(['authorization_code', 'refresh_token', 'client_credentials']);

/** Counts what services asked of the protocol and how it ended. */
export function countProtocolEvents(provider: EventEmitter, metrics: Metrics, clients: ClientDirectory): void {
  async function classOf({ oidc }: KoaContextWithOIDC): Promise<string> {
    if (oidc?.client === undefined) return 'unknown';
    // nobody waits for this: a store that does not answer must not become a fault that nobody catches
    const found = await clients.find(oidc.client.clientId).catch(() => undefined);
    return found?.client.policy.class ?? 'unknown';
  }

  async function authorization(ctx: KoaContextWithOIDC, outcome: string): Promise<void> {
    const acr = outcome === 'success' ? (ctx.oidc.acr ?? 'none') : 'none';
    metrics.authorization({ clientClass: await classOf(ctx), acr, outcome });
  }
  async function token(ctx: KoaContextWithOIDC, outcome: string): Promise<void> {
    const asked = String(ctx.oidc?.params?.['grant_type']);
    const grantType = grantTypes.has(asked) ? asked : 'other';
    metrics.token({ grantType, clientClass: await classOf(ctx), outcome });
  }

  const refused = ({ error = 'server_error' }: ProtocolRefusal): string => error;
  provider.on('authorization.success', (ctx: KoaContextWithOIDC) => void authorization(ctx, 'success'));
  provider.on('authorization.error', (ctx: KoaContextWithOIDC, err: ProtocolRefusal) => void authorization(ctx, refused(err)));
  provider.on('grant.success', (ctx: KoaContextWithOIDC) => void token(ctx, 'success'));
  provider.on('grant.error', (ctx: KoaContextWithOIDC, err: ProtocolRefusal) => void token(ctx, refused(err)));
}
