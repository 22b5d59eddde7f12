import type { AccountId } from '#src/kernel/identifier.ts';
import type { PasskeyParts } from './ports.ts';

/** What authenticators keep of the account: neither who it is nor its id. @see Web Authentication Level 3, 14.6.1 */
export const userHandleOf = ({ sealing }: Pick<PasskeyParts, 'sealing'>, accountId: AccountId): string =>
  sealing.blindIndex('passkey-user', accountId);

/** As authenticators carry it. */
export const userHandleBytes = (handle: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(handle, 'utf8'));
