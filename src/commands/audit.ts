import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { recordAccountEvent } from '#src/accounts/account-events.ts';
import type { SignedDecisionDocument } from '#src/approvals/collections.ts';
import { openPayload } from '#src/approvals/sealed-payload.ts';
import { recordOf, signedDecisionOf } from '#src/approvals/signed-decision.ts';
import { verifyEvidence } from '#src/approvals/verify-evidence.ts';
import type { Application } from '#src/compose.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import type { ApprovalId } from '#src/kernel/identifier.ts';
import { verifyRecord } from '#src/oidc/approval-record.ts';
import { authoritiesOf, verifyTimeStamp } from '#src/time-stamps/time-stamp-token.ts';
import { type CommonOptions, print, refusing, withApplication } from './command-context.ts';

interface AuditOptions extends CommonOptions {
  readonly reason?: string;
}

type KeptStamp = NonNullable<NonNullable<Awaited<ReturnType<typeof signedDecisionOf>>>['timeStamp']>;

/** A stamp as it is verified now, by the authorities of the settings; what the store says beside it is shown only where the token says the same. */
async function stampOf({ settings }: Application, { token, ...kept }: KeptStamp, decision: string) {
  const said = { ...kept, at: new Date(kept.at).toISOString() };
  if (settings.tsaAuthorities === undefined) return { verdict: 'unchecked', ...said, token };
  const authorities = authoritiesOf(readFileSync(settings.tsaAuthorities, 'utf8'));
  const stamp = await verifyTimeStamp(Buffer.from(token, 'base64'), Buffer.from(decision), authorities).catch(() => undefined);
  const isValid = stamp?.at === kept.at && stamp.authority === kept.authority;
  return isValid ? { verdict: 'valid', ...said, token } : { verdict: 'invalid', token };
}

/** The kept record; undefined where it was brought here from another decision. */
function openedRecord(parts: Pick<Application, 'sealing'>, kept: SignedDecisionDocument): string | undefined {
  try {
    return recordOf(parts, kept);
  } catch {
    return undefined;
  }
}

/** What we signed about it for the service, and with which key of ours; null where the service never came for it, or it is no transaction. */
async function recordFor({ sealing, signingKeys, clients, subjects }: Application, kept: SignedDecisionDocument) {
  if (kept.record === undefined) return null;
  const record = openedRecord({ sealing }, kept);
  if (record === undefined) return { verdict: 'invalid', record: null };
  const verified = await verifyRecord(record, kept, await signingKeys.recordKeys());
  if (verified === undefined) return { verdict: 'invalid', record };
  const client = (await clients.find(kept.clientId))?.client;
  const subject = client?.subjectType === 'pairwise' ? subjects.subjectOf(kept.accountId, client) : kept.accountId;
  // the name of the person at a service that is registered no longer is not ours to know any more
  const isOfHolder = client === undefined ? null : verified.subject === subject;
  return { verdict: isOfHolder === false ? 'of somebody else' : 'valid', ...verified, is_of_holder: isOfHolder, record };
}

/** One signed decision as a court would read it: what was shown, what was signed, and whether the two fit. Its holder sees who read it. */
async function evidence(application: Application, id: string, reason: string | undefined) {
  const kept = await signedDecisionOf(application.store, id as ApprovalId);
  if (kept === undefined) throw new DomainError('approval_not_found', { detail: id });
  await recordAccountEvent(application, kept.accountId, 'looked-up', {
    reason: reason ?? '',
    by: 'operator',
    what: 'signed-decision',
    approval: id,
  });
  const payload = openPayload(application.sealing, kept);
  const { decision, approvalKey } = kept;
  return {
    id,
    kind: kept.kind,
    account_id: kept.accountId,
    client_id: kept.clientId,
    device_id: kept.deviceId,
    decided_at: new Date(kept.at).toISOString(),
    shown: JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as object,
    verdict: await verifyEvidence({ payload, decision, approvalKey }),
    record: await recordFor(application, kept),
    ...(kept.timeStamp === undefined ? {} : { time_stamp: await stampOf(application, kept.timeStamp, decision) }),
    evidence: { payload, decision, approval_key: approvalKey, attestation: kept.attestation },
  };
}

async function show(id: string, options: AuditOptions): Promise<void> {
  const found = await withApplication(options, (application) => evidence(application, id, options.reason));
  print(options, found, [JSON.stringify(found, undefined, 2)]);
  const isRefuted = found.time_stamp?.verdict === 'invalid' || !['valid', undefined].includes(found.record?.verdict);
  if (found.verdict.decision === undefined || isRefuted) process.exitCode = 1;
}

/** `senid audit …`: what can be proven later. */
export function registerAuditCommands(program: Command): void {
  const audit = program.command('audit').description('what can be proven later');
  audit
    .command('show <id>')
    .description('one signed decision of a person with what it was about, verified; they see that it was read')
    .option('--reason <text>', 'why it is read')
    .action(refusing((id: string, _own: object, command: Command) => show(id, command.optsWithGlobals())));
}
