import { calculateJwkThumbprint } from 'jose';
import { callDeviceApi, digest, seconds, sign } from './device-client.ts';
import { newKey, type PhoneState, publicPart } from './phone-state.ts';

/** What a phone shows of an approval, read from the signed-over bytes and from nothing else. */
export interface ApprovalPayload {
  readonly id: string;
  readonly client: {
    readonly client_id: string;
    readonly name: { readonly vi: string; readonly en: string };
    readonly domain: string;
  };
  readonly kind: 'sign-in' | 'data-request' | 'transaction';
  readonly expires_at: string;
  /** Null where no browser waits: a service asks by itself. */
  readonly from: {
    readonly browser: string;
    readonly network: string;
    readonly place: string | null;
    readonly known: boolean;
  } | null;
  readonly acr: string;
  readonly number_required: boolean;
  readonly face_required: boolean;
  readonly transaction: ShownTransaction | null;
  /** Absent in sign-ins. */
  readonly until?: string | null;
  readonly binding_message: string | null;
  readonly claims: readonly {
    readonly name: string;
    readonly value: unknown;
    readonly essential: boolean;
    readonly purpose: { readonly vi: string; readonly en: string };
    readonly verified?: boolean;
  }[];
  readonly nonce: string;
}

export interface ShownTransaction {
  readonly amount: { readonly value: number; readonly currency: string };
  readonly payee: { readonly name: string; readonly account: string };
  readonly purpose: string;
  readonly reference: string;
}

export interface OpenApproval {
  readonly id: string;
  readonly expires_at: string;
  readonly payload: string;
}

/** A past sign-in, as the device API lists it. */
export interface SignIn {
  readonly id: string;
  readonly at: string;
  readonly client_name: { readonly vi: string; readonly en: string };
  readonly browser: string;
  readonly new_browser: boolean;
  readonly reported: boolean;
}

/** What a service holds by consent, as the device API lists it. */
export interface Consent {
  readonly id: string;
  /** The same for everything of the service. */
  readonly service_id: string;
  readonly client_id: string;
  readonly client_name: { readonly vi: string; readonly en: string };
  readonly purpose: { readonly vi: string; readonly en: string };
  readonly claims: readonly string[];
  /** Told, not asked. */
  readonly by_law: readonly string[];
  readonly offline_access: boolean;
  readonly granted_at: string;
  readonly expires_at: string;
}

/** An account of a service that belongs to this person. */
export interface Link {
  readonly id: string;
  readonly client_id: string;
  readonly client_name: { readonly vi: string; readonly en: string };
  readonly account: string;
  readonly linked_at: string;
}

/** A document of this person, as the device API lists it. */
export interface PhoneDocument {
  readonly type: string;
  readonly agency: { readonly id: string; readonly name: { readonly vi: string; readonly en: string } };
  readonly state: string;
  readonly reason: { readonly code: string; readonly vi: string; readonly en: string } | null;
  /** Null, as the record is, while the account is locked and on a phone that waits. */
  readonly number: string | null;
  readonly record: Readonly<Record<string, unknown>> | null;
  readonly requested_at: string;
  readonly answered_at: string | null;
}

export interface Decision {
  readonly decision: 'approve' | 'deny' | 'not-me';
  readonly number?: string | undefined;
  readonly granted?: readonly string[] | undefined;
  readonly userVerification?: 'pin' | 'face' | 'fingerprint';
}

export const readPayload = ({ payload }: OpenApproval): ApprovalPayload =>
  JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as ApprovalPayload;

/** Enrols a new phone with a code. @throws {PhoneRefused} */
export async function enrolPhone(
  issuer: string,
  code: string,
  { name = 'Virtual phone', password }: { readonly name?: string; readonly password?: string | undefined } = {},
): Promise<PhoneState> {
  const deviceKey = await newKey();
  const approvalKey = await newKey();
  const plain = code.toUpperCase().replace(/[\s-]/g, '');
  const claims = {
    aud: issuer,
    code_hash: digest(plain),
    device_jkt: await calculateJwkThumbprint(publicPart(deviceKey)),
    iat: seconds(),
  };
  const approvalProof = await sign(approvalKey, { typ: 'approval-key-proof+jwt' }, claims);
  const body = {
    code,
    ...(password === undefined ? {} : { password }),
    name,
    platform: 'cli',
    device_key: publicPart(deviceKey),
    approval_key: publicPart(approvalKey),
    approval_proof: approvalProof,
    attestation: { class: 'simulated' },
    user_verification: ['pin'],
  };
  const answer = (await callDeviceApi({
    issuer,
    method: 'POST',
    path: '/enrolments',
    body,
    key: deviceKey,
    as: { jwk: publicPart(deviceKey) },
  })) as {
    device_id: string;
    account: PhoneState['account'];
  };
  return { issuer, deviceId: answer.device_id, name, account: answer.account, deviceKey, approvalKey };
}

/** A phone that speaks the device API as the app does. */
export function createVirtualPhone(state: PhoneState) {
  const { issuer, deviceId, deviceKey, approvalKey } = state;
  const call = (method: string, path: string, body?: unknown): Promise<unknown> =>
    callDeviceApi({ issuer, method, path, body, key: deviceKey, as: { kid: deviceId } });

  async function decide(approval: OpenApproval, { decision, number, granted, userVerification = 'pin' }: Decision): Promise<void> {
    const { nonce } = readPayload(approval);
    const iat = seconds();
    const claims = {
      aud: issuer,
      approval: approval.id,
      payload_hash: digest(Buffer.from(approval.payload, 'base64url')),
      nonce,
      decision,
      ...(number === undefined ? {} : { number }),
      ...(granted === undefined ? {} : { granted }),
      user_verification: userVerification,
      language: 'en',
      iat,
      exp: iat + 60,
    };
    const jws = await sign(approvalKey, { typ: 'approval-decision+jwt', kid: deviceId }, claims);
    await call('POST', `/approvals/${approval.id}/decision`, { decision: jws });
  }

  /** A deed that needs the approval key, signed for after the PIN. */
  const signedRequest = (typ: string, more: object = {}): Promise<string> => {
    const iat = seconds();
    return sign(approvalKey, { typ }, { aud: issuer, device: deviceId, user_verification: 'pin', iat, exp: iat + 60, ...more });
  };

  return {
    state,
    call,
    decide,
    signedRequest,
    /** A code for one more phone, vouched for by this one. */
    vouch: async () => {
      const request = await signedRequest('enrolment-code-request+jwt');
      return ((await call('POST', '/enrolment-codes', { request })) as { code: string }).code;
    },
    /** Removes another phone of the same person. */
    removeOther: async (id: string) =>
      call('DELETE', `/devices/${encodeURIComponent(id)}`, {
        request: await signedRequest('device-removal-request+jwt', { removes: id }),
      }),
    /** Takes the whole text of a QR or its fragment. */
    scan: (qr: string) =>
      call('POST', '/scans', { code: qr.includes('#') ? qr.slice(qr.indexOf('#') + 1) : qr }) as Promise<OpenApproval>,
    /** Shows the register's matcher a picture of the person, for one approval. */
    showFace: (id: string, capture: Buffer) => call('POST', `/approvals/${id}/face`, { capture: capture.toString('base64') }),
    open: (id: string) => call('GET', `/approvals/${id}`) as Promise<OpenApproval>,
    list: async () => ((await call('GET', '/approvals')) as { approvals: readonly { id: string }[] }).approvals,
    signIns: async () => ((await call('GET', '/sign-ins')) as { sign_ins: readonly SignIn[] }).sign_ins,
    notMe: (id: string) => call('POST', `/sign-ins/${id}/not-me`),
    consents: async () => ((await call('GET', '/consents')) as { consents: readonly Consent[] }).consents,
    /** One of them with all its receipts. */
    consent: (id: string) =>
      call('GET', `/consents/${encodeURIComponent(id)}`) as Promise<{ receipts: readonly Record<string, unknown>[] }>,
    /** Takes back a consent, everything of a service, or one claim of either. */
    withdraw: (id: string, claim?: string) =>
      call('DELETE', `/consents/${encodeURIComponent(id)}${claim === undefined ? '' : `/claims/${encodeURIComponent(claim)}`}`),
    /** What was done with the account, newest first. */
    events: async () =>
      ((await call('GET', '/events')) as { events: readonly { at: string; type: string; data: Record<string, unknown> }[] }).events,
    links: async () => ((await call('GET', '/links')) as { links: readonly Link[] }).links,
    unlink: (id: string) => call('DELETE', `/links/${encodeURIComponent(id)}`),
    documents: async () => ((await call('GET', '/documents')) as { documents: readonly PhoneDocument[] }).documents,
    /** Asks the managing agency whether it is this person's. */
    requestDocument: (type: string, number: string) => call('POST', '/documents', { type, number }) as Promise<PhoneDocument>,
    cancelDocument: (type: string) => call('DELETE', `/documents/${encodeURIComponent(type)}`),
    lock: () => call('POST', '/account/lock'),
  };
}

export type VirtualPhone = ReturnType<typeof createVirtualPhone>;
