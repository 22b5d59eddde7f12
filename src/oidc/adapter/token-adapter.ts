import { hash } from 'node:crypto';
import { type Adapter, type AdapterPayload, errors, Provider } from 'oidc-provider';
import { epochSeconds } from '#src/kernel/clock.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import type { Sealing } from '#src/kernel/sealing.ts';
import { grants, type TokenDocument, tokens } from '../collections.ts';
import { ownCopy } from './own-copy.ts';
import { type AdapterParts, expiryOf } from './parts.ts';

/** A leaked database holds no live token. */
export const keyOf = (token: string): string => hash('sha256', token, 'base64url');

/** Elsewhere a token is only ended. */
const uses: ReadonlySet<string> = new Set(['token', 'userinfo', 'introspection']);

/** How often the service of a token has been suspended; undefined while it does not work. No read of its own: every use needs the service. */
async function suspensionsOf({ clients }: Pick<AdapterParts, 'clients'>, clientId: unknown): Promise<number | undefined> {
  // a pushed request names none: it opens a page, and the person still decides there
  if (clientId === undefined) return 0;
  const found = await clients.find(String(clientId));
  return found && (found.client.suspensions ?? 0);
}

/** Whether nothing has stopped its service since it was issued: resuming one revives no token. Compared for equality, so that no clock has a say. */
export const isOfRunningService = async (
  parts: Pick<AdapterParts, 'clients'>,
  { payload, suspensions = 0 }: TokenDocument,
): Promise<boolean> => (await suspensionsOf(parts, payload['clientId'])) === suspensions;

/** What was approved (who is paid, and how much; which data) is nobody's who reads the database. */
function sealedDetails(sealing: Sealing, key: string, payload: AdapterPayload): TokenDocument['payload'] {
  const { rar } = payload;
  return rar === undefined ? payload : { ...payload, rar: sealing.seal(JSON.stringify(rar), `token/${key}/rar`) };
}

function openedDetails(
  sealing: Sealing,
  key: string,
  payload: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const { rar } = payload;
  return typeof rar === 'string' ? { ...payload, rar: JSON.parse(sealing.open(rar, `token/${key}/rar`)) } : payload;
}

/**
 * Codes and tokens. All kinds share one collection, so introspection's three look-ups of one token are one read.
 * `consume` is atomic: of any number of redemptions one wins and the others get `invalid_grant`.
 */
export function createTokenAdapter({ store, clock, reads, consumption, sealing, clients }: AdapterParts): Adapter {
  const underWay = new WeakMap<object, Map<string, Promise<TokenDocument | undefined>>>();

  /** Where a token is used, its grant and its account are looked at next; for claims, also what was decided about the client. */
  function beginChecks({ grantId, accountId, clientId }: AdapterPayload): void {
    const route = Provider.ctx?.oidc.route;
    if (route === undefined || !uses.has(route)) return;
    reads.begin({ grantId, accountId: accountId as AccountId | undefined, clientId: route === 'userinfo' ? clientId : undefined });
  }

  /** The library looks one token up as several kinds at once; who asks in another request hears what is true then. */
  function read(key: string): Promise<TokenDocument | undefined> {
    const ctx = Provider.ctx;
    if (ctx === undefined) return store.get(tokens, key);
    const ofRequest = underWay.get(ctx) ?? new Map<string, Promise<TokenDocument | undefined>>();
    underWay.set(ctx, ofRequest);
    const running = ofRequest.get(key);
    if (running !== undefined) return running;
    const reading = store.get(tokens, key).finally(() => ofRequest.delete(key));
    ofRequest.set(key, reading);
    return reading;
  }

  return {
    async upsert(id, payload, expiresIn) {
      const { consumed: _, ...rest } = payload;
      const key = keyOf(id);
      const suspensions = (await suspensionsOf({ clients }, rest.clientId)) ?? -1;
      const document = {
        id: key,
        payload: sealedDetails(sealing, key, rest),
        ...(suspensions === 0 ? {} : { suspensions }),
        expiresAt: expiryOf(clock, expiresIn),
      };
      // nearly always a new one, and engines insert with less effort than they replace
      if (!(await store.insert(tokens, document))) await store.upsert(tokens, document);
    },
    async find(id) {
      const found = await read(keyOf(id));
      if (found === undefined || !(await isOfRunningService({ clients }, found))) return undefined;
      const payload = ownCopy(openedDetails(sealing, found.id, found.payload));
      beginChecks(payload);
      return (found.consumed === undefined ? payload : { ...payload, consumed: found.consumed }) as AdapterPayload;
    },
    async consume(id) {
      const consumer = consumption.begin(keyOf(id));
      const set = { consumed: epochSeconds(clock), consumer };
      if (await store.amend(tokens, keyOf(id), { consumed: undefined }, { set })) return;
      // two have it, and one of them stole it (RFC 9700, 4.14.2): what came of it ends
      const grantId = (await store.get(tokens, keyOf(id)))?.payload['grantId'];
      if (typeof grantId === 'string') await store.remove(grants, grantId);
      throw new errors.InvalidGrant('already used');
    },
    async destroy(id) {
      await store.remove(tokens, keyOf(id));
    },
    // destroying the grant ends its tokens, because every use of a token validates its grant
    async revokeByGrantId() {},
    async findByUid() {
      throw new TypeError('tokens are never looked up by uid');
    },
    async findByUserCode() {
      throw new TypeError('the device flow is not offered');
    },
  };
}
