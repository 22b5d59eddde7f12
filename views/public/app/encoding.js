// base64url and digests, as JOSE writes them.
export const bytesOf = (text) => new TextEncoder().encode(text);
export const base64url = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
export const fromBase64url = (text) =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (character) => character.charCodeAt(0));
export const sha256 = async (bytes) => base64url(await crypto.subtle.digest('SHA-256', bytes));

/** A compact JWS, ES256. */
export async function sign(key, header, claims) {
  const input = `${base64url(bytesOf(JSON.stringify({ alg: 'ES256', ...header })))}.${base64url(bytesOf(JSON.stringify(claims)))}`;
  return `${input}.${base64url(await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key, bytesOf(input)))}`;
}

export async function publicJwk(key) {
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', key);
  return { kty, crv, x, y };
}

/** RFC 7638. */
export const thumbprint = ({ crv, kty, x, y }) => sha256(bytesOf(JSON.stringify({ crv, kty, x, y })));
