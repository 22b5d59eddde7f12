// Calls of the device API, each with its proof.
import { bytesOf, fromBase64url, publicJwk, sha256, sign, thumbprint } from './encoding.js';
import { createKeys, openApprovalKey } from './phone-keys.js';
import { askTime, learnTime, seconds } from './server-clock.js';
import { language } from './setting.js';

/** A refusal by its stable code, with the reference under which the server logged it and the wait it asks for. */
export class Refused extends Error {
  constructor(code, reference, waitSeconds) {
    super(code);
    this.code = code;
    this.reference = reference;
    this.waitSeconds = waitSeconds;
  }
}

/** What a server in between answers need not be ours. */
async function bodyOf(response) {
  if (response.status === 204) return undefined;
  try {
    return await response.json();
  } catch {
    throw new Refused('unexpected');
  }
}

async function call(issuer, key, identity, method, path, body) {
  const url = `${issuer}/device/v1${path}`;
  const text = body === undefined ? undefined : JSON.stringify(body);
  const claims = {
    htm: method,
    htu: url,
    iat: seconds(),
    jti: crypto.randomUUID(),
    ...(text === undefined ? {} : { bh: await sha256(bytesOf(text)) }),
  };
  const proof = await sign(key, { typ: 'device-proof+jwt', ...identity }, claims);
  const headers = { 'Device-Proof': proof, ...(text === undefined ? {} : { 'Content-Type': 'application/json' }) };
  let response;
  try {
    response = await fetch(`/device/v1${path}`, { method, headers, body: text });
  } catch {
    throw new Refused('offline');
  }
  learnTime(response);
  const answer = await bodyOf(response);
  if (!response.ok) {
    const wait = Number(response.headers.get('Retry-After') ?? Number.NaN);
    throw new Refused(String(answer?.code ?? 'unexpected'), answer?.reference, wait);
  }
  return answer;
}

/** Makes this browser a phone of the account the code belongs to; a code that nobody vouched for needs the password of the account too. */
export async function enrol(issuer, code, pin, name, password) {
  const [keys] = await Promise.all([createKeys(pin), askTime()]);
  const deviceJwk = await publicJwk(keys.device.publicKey);
  const plain = code.toUpperCase().replace(/[\s-]/g, '');
  const claims = { aud: issuer, code_hash: await sha256(bytesOf(plain)), device_jkt: await thumbprint(deviceJwk), iat: seconds() };
  const body = {
    code,
    ...(password === '' ? {} : { password }),
    name,
    platform: 'web',
    device_key: deviceJwk,
    approval_key: await publicJwk(keys.approval.publicKey),
    approval_proof: await sign(keys.approval.privateKey, { typ: 'approval-key-proof+jwt' }, claims),
    user_verification: ['pin'],
  };
  const { device_id: id, account } = await call(issuer, keys.device.privateKey, { jwk: deviceJwk }, 'POST', '/enrolments', body);
  return { id, account, deviceKey: keys.device.privateKey, sealedApproval: keys.sealedApproval };
}

export const scan = (issuer, { deviceKey, id }, text) =>
  call(issuer, deviceKey, { kid: id }, 'POST', '/scans', { code: text.slice(text.indexOf('#') + 1).trim() });
/** What waits for this phone's answer: scanned ones, and what services ask by themselves. */
export const listApprovals = async (issuer, { deviceKey, id }) =>
  (await call(issuer, deviceKey, { kid: id }, 'GET', '/approvals')).approvals;
/** The same bytes at every call. */
export const openApproval = (issuer, { deviceKey, id }, approval) =>
  call(issuer, deviceKey, { kid: id }, 'GET', `/approvals/${approval}`);
/** A scanned question that was lost to a reload, or undefined. */
export async function reopenApproval(issuer, phone) {
  const scanned = (await listApprovals(issuer, phone)).find(({ started_by: by }) => by === 'qr');
  return scanned === undefined ? undefined : openApproval(issuer, phone, scanned.id);
}
/** A picture for the register's matcher, as base64. */
export const showFace = (issuer, { deviceKey, id }, approval, capture) =>
  call(issuer, deviceKey, { kid: id }, 'POST', `/approvals/${approval.id}/face`, { capture });
export const listSignIns = async (issuer, { deviceKey, id }) =>
  (await call(issuer, deviceKey, { kid: id }, 'GET', '/sign-ins')).sign_ins;
export const reportSignIn = (issuer, { deviceKey, id }, signIn) =>
  call(issuer, deviceKey, { kid: id }, 'POST', `/sign-ins/${signIn}/not-me`);
export const listConsents = async (issuer, { deviceKey, id }) =>
  (await call(issuer, deviceKey, { kid: id }, 'GET', '/consents')).consents;
/** All that a consent or a service was given, or one claim of it. */
export const withdrawConsent = (issuer, { deviceKey, id }, consent, claim) => {
  const path = claim === undefined ? `/consents/${consent}` : `/consents/${consent}/claims/${encodeURIComponent(claim)}`;
  return call(issuer, deviceKey, { kid: id }, 'DELETE', path);
};
export const listDocuments = async (issuer, { deviceKey, id }) =>
  (await call(issuer, deviceKey, { kid: id }, 'GET', '/documents')).documents;
/** Asks the managing agency; its answer comes later. */
export const requestDocument = (issuer, { deviceKey, id }, wanted) =>
  call(issuer, deviceKey, { kid: id }, 'POST', '/documents', wanted);
export const cancelDocument = (issuer, { deviceKey, id }, type) =>
  call(issuer, deviceKey, { kid: id }, 'DELETE', `/documents/${type}`);
export const lockAccount = (issuer, { deviceKey, id }) => call(issuer, deviceKey, { kid: id }, 'POST', '/account/lock');
export const removeMe = (issuer, { deviceKey, id }) => call(issuer, deviceKey, { kid: id }, 'DELETE', '');

/** What the person must see: these bytes and nothing else. */
export const readPayload = ({ payload }) => JSON.parse(new TextDecoder().decode(fromBase64url(payload)));

/** Signs the decision over exactly the bytes that were shown. Throws `pin_wrong`. */
export async function decide(issuer, phone, approval, pin, { decision, number, granted }) {
  let key;
  try {
    key = await openApprovalKey(phone.sealedApproval, pin);
  } catch {
    throw new Refused('pin_wrong');
  }
  const iat = seconds();
  const claims = {
    aud: issuer,
    approval: approval.id,
    payload_hash: await sha256(fromBase64url(approval.payload)),
    nonce: readPayload(approval).nonce,
    decision,
    ...(number ? { number } : {}),
    ...(granted ? { granted } : {}),
    user_verification: 'pin',
    language,
    iat,
    exp: iat + 60,
  };
  const jws = await sign(key, { typ: 'approval-decision+jwt', kid: phone.id }, claims);
  await call(issuer, phone.deviceKey, { kid: phone.id }, 'POST', `/approvals/${approval.id}/decision`, { decision: jws });
}
