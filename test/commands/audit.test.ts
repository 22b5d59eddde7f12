import fc from 'fast-check';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signedDecisions } from '#src/approvals/collections.ts';
import { keepRecord, recordOf, signedDecisionOf } from '#src/approvals/signed-decision.ts';
import { type Evidence, verifyEvidence } from '#src/approvals/verify-evidence.ts';
import type { ApprovalId } from '#src/kernel/identifier.ts';
import type { VirtualPhone } from '#src/phone/virtual-phone.ts';
import { ask, poll, registerBackchannelService } from '#test/support/backchannel-service.ts';
import { lan, openPhoneWorld, type PhoneWorld } from '#test/support/phone-world.ts';
import { runSenid } from '#test/support/run-senid.ts';

let world: PhoneWorld;
let phone: VirtualPhone;
beforeAll(async () => {
  world = await openPhoneWorld();
  phone = await world.newPhone();
});
afterAll(() => world.provider.stop());

async function decided(decision: 'approve' | 'deny'): Promise<{ id: string; collect: () => Promise<string> }> {
  const bank = await registerBackchannelService(world.provider, `bank-${decision}`);
  const details = [
    {
      type: 'senid_transaction',
      amount: { value: 150_000, currency: 'VND' },
      payee: { name: 'Trường Tiểu học Hoa Mai', account: '123' },
      purpose: 'Học phí',
      reference: 'HP-1',
    },
  ];
  const asked = await ask(bank, { login_hint: lan.id_number, authorization_details: JSON.stringify(details) });
  const approval = await phone.open((await phone.list())[0]?.id ?? '');
  await phone.decide(approval, { decision });
  const collect = async (): Promise<string> => {
    const { body } = await poll(bank, asked.body['auth_req_id']);
    return String((body['authorization_details'] as { approval: { record: string } }[])[0]?.approval.record);
  };
  return { id: approval.id, collect };
}

const show = (id: string, ...more: readonly string[]) =>
  runSenid(['audit', 'show', id, '--json', ...more], { SENID_DATA_DIR: world.provider.dataDir, SENID_PROFILE: 'test' });

describe('senid audit show', () => {
  it.each(['approve', 'deny'] as const)(
    'tells what was shown and that it was signed (%s), and its holder sees who read it',
    async (decision) => {
      const { id } = await decided(decision);
      const { code, json } = await show(id, '--reason', 'khiếu nại 12');
      expect([code, json]).toMatchObject([
        0,
        {
          id,
          kind: 'transaction',
          shown: { transaction: { amount: { value: 150_000 }, reference: 'HP-1' } },
          verdict: { signature: true, samePayload: true, sameApproval: true, decision },
        },
      ]);
      const { accountEvents } = await import('#src/accounts/collections.ts');
      const events = await world.provider.application.store.find(accountEvents, 'account', world.owner);
      expect(events.map(({ data }) => data)).toContainEqual(
        expect.objectContaining({ what: 'signed-decision', approval: id, reason: 'khiếu nại 12' }),
      );
    },
  );

  it('says which key of ours bound the approval key to the person, also when that key was replaced and destroyed', async () => {
    const { id, collect } = await decided('approve');
    expect(await show(id)).toMatchObject({ code: 0, json: { account_id: world.owner, record: null } });
    const record = await collect();
    const { kid } = decodeProtectedHeader(record);
    const { signingKeys } = world.provider.application;
    await signingKeys.rotate();
    world.clock.advance(100 * 86_400_000);
    await signingKeys.rotate();
    expect((await signingKeys.list()).find((key) => key.kid === kid)).toMatchObject({
      state: 'gone',
      destroyedAt: expect.any(String),
    });
    world.clock.reset();
    const { sub: subject } = decodeJwt(record);
    expect(await show(id)).toMatchObject({
      code: 0,
      json: { record: { verdict: 'valid', kid, issuer: world.provider.issuer, subject, is_of_holder: true, record } },
    });
  });

  it('a record of another decision, brought here in the store, proves nothing and is told', async () => {
    const one = await decided('approve');
    await one.collect();
    const other = await decided('approve');
    await other.collect();
    const { store, sealing } = world.provider.application;
    const theirs = await signedDecisionOf(store, other.id as ApprovalId);
    await store.patch(signedDecisions, one.id, {}, { set: { record: theirs?.record } });
    expect(await show(one.id)).toMatchObject({ code: 1, json: { record: { verdict: 'invalid' } } });
    await store.patch(signedDecisions, one.id, {}, { unset: ['record'] });
    await keepRecord({ store, sealing }, one.id as ApprovalId, recordOf({ sealing }, theirs as never) ?? '');
    expect(await show(one.id)).toMatchObject({ code: 1, json: { record: { verdict: 'invalid' } } });
  });

  it('an id that is none is refused with its code', async () => {
    expect(await show('nothing')).toMatchObject({ code: 1, json: { code: 'approval_not_found' } });
  });

  it('a record that was changed anywhere proves nothing any more', async () => {
    const { json } = await show((await decided('approve')).id);
    const found = json as { evidence?: { payload: string; decision: string; approval_key: Evidence['approvalKey'] } };
    const { payload = '', decision = '', approval_key: approvalKey = {} } = found.evidence ?? {};
    expect((await verifyEvidence({ payload, decision, approvalKey })).decision).toBe('approve');
    const shown = Buffer.from(payload, 'base64url').toString('utf8');
    await fc.assert(
      fc.asyncProperty(fc.nat(shown.length - 1), fc.integer({ min: 1, max: 255 }), async (at, by) => {
        const bytes = Buffer.from(payload, 'base64url');
        bytes[at] = ((bytes[at] ?? 0) + by) % 256;
        const changed = await verifyEvidence({ payload: bytes.toString('base64url'), decision, approvalKey }).catch(
          () => undefined,
        );
        return changed?.decision === undefined;
      }),
      { numRuns: 200 },
    );
    const other = await world.newPhone();
    const theirs = { ...other.state.approvalKey, d: undefined } as unknown as Evidence['approvalKey'];
    expect((await verifyEvidence({ payload, decision, approvalKey: theirs })).decision).toBeUndefined();
  });
});
