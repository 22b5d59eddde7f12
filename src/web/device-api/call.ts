import type { Context } from 'koa';
import type { z } from 'zod';
import type { Account } from '#src/accounts/account.ts';
import type { Device } from '#src/devices/collections.ts';
import { checkProof, proofHeader } from '#src/devices/device-proof.ts';
import { epochSeconds } from '#src/kernel/clock.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import { takeCall } from '../take-call.ts';
import type { DeviceApiParts } from './parts.ts';
import { readRawBody } from './raw-body.ts';

const usualBodyBytes = 64 * 1024;

/** A call whose device has proven itself. */
export interface DeviceCall {
  readonly ctx: Context;
  readonly device: Device;
  readonly account: Account;
  readonly body: unknown;
}

function parseJson(ctx: Context, bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  if (!ctx.is('application/json')) throw new DomainError('request_malformed', { detail: 'content type' });
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new DomainError('request_malformed', { detail: 'JSON' });
  }
}

/** Reads a body of a known shape. @throws {DomainError} `request_malformed` */
export function shaped<Shape extends z.ZodType>(shape: Shape, body: unknown): z.infer<Shape> {
  const parsed = shape.safeParse(body);
  if (!parsed.success) throw new DomainError('request_malformed', { detail: parsed.error.issues[0]?.path.join('.') ?? 'body' });
  return parsed.data;
}

export interface ProvenBody {
  readonly bytes: Buffer;
  readonly body: unknown;
}

export async function readBody(ctx: Context, limitBytes = usualBodyBytes): Promise<ProvenBody> {
  const bytes = await readRawBody(ctx.req, limitBytes);
  return { bytes, body: parseJson(ctx, bytes) };
}

export const provenRequest = ({ issuer, clock }: DeviceApiParts, ctx: Context, bytes: Buffer) => ({
  method: ctx.method,
  url: issuer + ctx.path,
  body: bytes,
  now: epochSeconds(clock),
});

/**
 * Finds the device behind a call and checks its proof, its state and its account.
 * @throws {DomainError} `proof_missing`, `proof_invalid`, `device_unknown`, `device_revoked`, `rate_limited`, `account_locked`
 */
export async function requireDevice(
  parts: DeviceApiParts,
  ctx: Context,
  { whileLocked = false, bodyLimitBytes }: { readonly whileLocked?: boolean; readonly bodyLimitBytes?: number | undefined } = {},
): Promise<DeviceCall> {
  const proof = ctx.get('Device-Proof');
  const { kid } = proofHeader(proof);
  if (typeof kid !== 'string' || !/^[A-Za-z0-9_-]{1,64}$/.test(kid)) throw new DomainError('proof_invalid', { detail: 'kid' });
  const { bytes, body } = await readBody(ctx, bodyLimitBytes);
  const device = await parts.devices.find(kid);
  if (device === undefined) throw new DomainError('device_unknown');
  await checkProof(proof, device.deviceKey, provenRequest(parts, ctx, bytes));
  if (device.revokedAt !== undefined) throw new DomainError('device_revoked');
  await takeCall(parts.limits.callsOfDevice, device.id);
  const account = await parts.accounts.get(device.accountId);
  if (account === undefined || (account.lock !== undefined && !whileLocked)) throw new DomainError('account_locked');
  await parts.devices.noteUse(device);
  return { ctx, device, account, body };
}
