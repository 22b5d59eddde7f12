import { type Adapter, type AdapterPayload, errors, Provider } from 'oidc-provider';
import { detailsOf } from '#src/backchannel/authorization-details.ts';
import { type Outcome, outcomeOf } from '#src/backchannel/outcome.ts';
import { claimsOf, scopesOf } from '#src/sign-in/authorization-request.ts';
import { approvalRecord } from '../approval-record.ts';
import { type TokenDocument, tokens } from '../collections.ts';
import { simulatePoll } from '../simulated-outcomes.ts';
import type { AdapterParts } from './parts.ts';
import { isOfRunningService, keyOf } from './token-adapter.ts';

type Approved = Extract<Outcome, { readonly state: 'approved' }>;

/** Kept so much longer than it lives that its client hears `expired_token`. */
const keptAfterwardsSeconds = 3600;
/** A poll that comes this much early was on time where it was sent. */
const earlyMs = 500;

/**
 * Requests by the back channel. What became of one is read from its approval, the only place where a person decides; nothing copies it. Every
 * poll that comes too early makes the next ones wait longer.
 * @see CIBA Core 1.0, 10.1 and 11
 */
export function createBackchannelAdapter(parts: AdapterParts, tokenAdapter: Adapter): Adapter {
  const { store, clock, backchannelPolicy: policy, subjects, clients } = parts;

  async function pace(key: string, { polledAt, pollSeconds = policy.pollSeconds }: TokenDocument): Promise<void> {
    const now = clock.now();
    const isEarly = polledAt !== undefined && now - polledAt < pollSeconds * 1000 - earlyMs;
    const next = isEarly ? pollSeconds + policy.pollSeconds : pollSeconds;
    const isOnlyOne = await store.amend(tokens, key, { polledAt }, { set: { polledAt: now, pollSeconds: next } });
    // another poll came at the same moment, so one of them is early
    if (isEarly || !isOnlyOne) throw new errors.SlowDown();
  }

  /** The grant of one approval; asked for again it is the same. */
  async function grantOf(outcome: Approved, clientId: string): Promise<string> {
    const provider = Provider.ctx?.oidc.provider;
    if (provider === undefined) throw new TypeError('outside of a request');
    const { accountId, approval, purpose, under, endings, request } = outcome;
    const jti = `${Buffer.from(purpose).toString('base64url')}.${approval.id}.${under}.${endings}`;
    const grant = new provider.Grant({ accountId, clientId, jti } as never);
    grant.addOIDCScope([...scopesOf(request.params)].join(' '));
    const asked = claimsOf(request.params);
    const names = [...Object.keys(asked?.userinfo ?? {}), ...Object.keys(asked?.id_token ?? {})];
    if (names.length > 0) grant.addOIDCClaims(names);
    await grant.save().catch((refusal: unknown) => {
      // a poll that came to nothing afterwards (no DPoP proof) has made it, and the next one must not fail for that
      if (!(refusal instanceof errors.LoginRequired)) throw refusal;
    });
    return jti;
  }

  /** The details that were approved, with what a service may show of it. */
  async function detailsWith({ request, granted, approval, accountId }: Approved, clientId: string): Promise<object[] | undefined> {
    const details = detailsOf(request.params);
    if (details.length === 0 || !('decision' in approval) || approval.decision === undefined) return undefined;
    const client = (await clients.find(clientId))?.client;
    if (client === undefined) return undefined;
    const { id, decidedAt } = approval;
    const about = { id, decided_at: new Date(decidedAt).toISOString() };
    const subject = client.subjectType === 'pairwise' ? subjects.subjectOf(accountId, client) : accountId;
    return Promise.all(
      details.map(async (detail) =>
        detail.type === 'senid_data_request'
          ? { ...detail, claims: detail.claims.filter((name) => granted.includes(name)), approval: about }
          : {
              ...detail,
              approval: {
                ...about,
                record: await approvalRecord(parts, { ...approval, decidedAt }, { audience: clientId, subject }),
              },
            },
      ),
    );
  }

  async function answered(id: string, found: TokenDocument): Promise<Readonly<Record<string, unknown>>> {
    const clientId = String(found.payload['clientId']);
    if (Provider.ctx?.oidc.client?.clientId !== clientId) return {};
    const forced = await simulatePoll(parts, clientId);
    if (forced !== undefined && forced !== 'pending') return forced;
    const outcome: Outcome = forced === 'pending' ? { state: 'waiting' } : await outcomeOf(parts, id);
    if (outcome.state === 'denied') return { error: 'access_denied', errorDescription: 'the person declined' };
    if (outcome.state === 'waiting') {
      if (Number(found.payload['exp']) * 1000 <= clock.now()) throw new errors.ExpiredToken('nobody answered');
      await pace(keyOf(id), found);
      return {};
    }
    const { accountId, says } = outcome;
    const rar = await detailsWith(outcome, clientId);
    return { accountId, grantId: await grantOf(outcome, clientId), ...says, ...(rar === undefined ? {} : { rar }) };
  }

  return {
    ...tokenAdapter,
    // the parameters say whom the service asked for; what is needed of them is kept with the approval
    upsert: (id, { params: _, ...payload }, expiresIn) =>
      tokenAdapter.upsert(id, payload, (expiresIn ?? 0) + keptAfterwardsSeconds),
    async find(id) {
      const found = await store.get(tokens, keyOf(id));
      // another kind of token is none: nothing of it is told or written
      if (found?.payload['kind'] !== 'BackchannelAuthenticationRequest') return undefined;
      if (!(await isOfRunningService(parts, found))) return undefined;
      if (found.consumed !== undefined) throw new errors.InvalidGrant('already used');
      return { ...found.payload, ...(await answered(id, found)) } as AdapterPayload;
    },
  };
}
