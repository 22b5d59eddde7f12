import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { recordAccountEvent } from '#src/accounts/account-events.ts';
import { openPayload } from '#src/approvals/sealed-payload.ts';
import { signedDecisionOf } from '#src/approvals/signed-decision.ts';
import { verifyEvidence } from '#src/approvals/verify-evidence.ts';
import type { Application } from '#src/compose.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import type { ApprovalId } from '#src/kernel/identifier.ts';
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
  const stamp = await verifyTimeStamp(Buffer.from(token, 'base64'), Buffer.from(decision), authorities, 'then').catch(
    () => undefined,
  );
  const isValid = stamp?.at === kept.at && stamp.authority === kept.authority;
  return isValid ? { verdict: 'valid', ...said, token } : { verdict: 'invalid', token };
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
    client_id: kept.clientId,
    device_id: kept.deviceId,
    decided_at: new Date(kept.at).toISOString(),
    shown: JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as object,
    verdict: await verifyEvidence({ payload, decision, approvalKey }),
    ...(kept.timeStamp === undefined ? {} : { time_stamp: await stampOf(application, kept.timeStamp, decision) }),
    evidence: { payload, decision, approval_key: approvalKey, attestation: kept.attestation },
  };
}

async function show(id: string, options: AuditOptions): Promise<void> {
  const found = await withApplication(options, (application) => evidence(application, id, options.reason));
  print(options, found, [JSON.stringify(found, undefined, 2)]);
  if (found.verdict.decision === undefined || found.time_stamp?.verdict === 'invalid') process.exitCode = 1;
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
