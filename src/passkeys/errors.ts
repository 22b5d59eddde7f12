/** Every way passkeys say no. */
export type PasskeyErrorCode =
  | 'passkey_refused'
  | 'passkey_known'
  | 'passkey_not_found'
  | 'too_many_passkeys'
  | 'passkey_name_invalid';
