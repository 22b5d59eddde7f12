/** Every way an account or a sign-in at the keyboard says no. */
export type AccountErrorCode =
  | 'sign_in_slowed'
  | 'hashing_busy'
  | 'account_not_found'
  | 'id_number_invalid'
  | 'id_number_taken'
  | 'phone_invalid'
  | 'phone_taken'
  | 'import_running'
  | 'name_invalid'
  | 'birthdate_invalid'
  | 'password_too_weak'
  | 'password_hash_unsupported'
  | 'totp_secret_invalid'
  | 'evidence_missing'
  | 'person_invalid'
  | 'reason_missing'
  | 'account_changed';
