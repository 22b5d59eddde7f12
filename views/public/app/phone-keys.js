// The phone's two keys. The device key can't leave the browser; the approval key is sealed behind the PIN and opened for one signature.
import { bytesOf } from './encoding.js';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
const rounds = 600_000;

function database() {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open('senid-phone', 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore('phone');
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
}

async function request(mode, run) {
  const db = await database();
  return new Promise((resolve, reject) => {
    const asked = run(db.transaction('phone', mode).objectStore('phone'));
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

export const loadPhone = () => request('readonly', (store) => store.get('me'));
export const savePhone = (phone) => request('readwrite', (store) => store.put(phone, 'me'));
export const forgetPhone = () => request('readwrite', (store) => store.delete('me'));

async function pinKey(pin, salt) {
  const secret = await crypto.subtle.importKey('raw', bytesOf(pin), 'PBKDF2', false, ['deriveKey']);
  return crypto.subtle.deriveKey(
    { name: 'PBKDF2', hash: 'SHA-256', salt, iterations: rounds },
    secret,
    { name: 'AES-GCM', length: 256 },
    false,
    ['wrapKey', 'unwrapKey'],
  );
}

/** New keys; the approval key's private half exists in the clear only until it is sealed. */
export async function createKeys(pin) {
  const device = await crypto.subtle.generateKey(algorithm, false, ['sign']);
  const approval = await crypto.subtle.generateKey(algorithm, true, ['sign']);
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const sealed = await crypto.subtle.wrapKey('pkcs8', approval.privateKey, await pinKey(pin, salt), { name: 'AES-GCM', iv });
  return { device, approval, sealedApproval: { salt, iv, sealed } };
}

/** Throws when the PIN is wrong. */
export async function openApprovalKey({ salt, iv, sealed }, pin) {
  return crypto.subtle.unwrapKey('pkcs8', sealed, await pinKey(pin, salt), { name: 'AES-GCM', iv }, algorithm, false, ['sign']);
}
