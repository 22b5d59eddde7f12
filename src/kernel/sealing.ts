/**
 * Keeps sensitive fields unreadable in the store and findable without reading them. The keys come from `SENID_KEY_FILE`;
 * an implementation lives in `storage/sealing-aes.ts`.
 */
export interface Sealing {
  /** AES-256-GCM by key id; `context` (collection, id, member) is authenticated, so a sealed field cannot be moved elsewhere. */
  seal(plaintext: string, context: string): string;
  /** @throws when the text was not sealed here for this context. */
  open(sealed: string, context: string): string;
  /** A keyed digest for look-ups (blind index), base64url, one namespace per kind of value. */
  blindIndex(namespace: string, value: string): string;
  /** A 32-byte key for one purpose, derived by HKDF-SHA-256 from the root key. */
  deriveKey(purpose: string): Buffer;
}
