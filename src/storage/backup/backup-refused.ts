/** A backup that is not made, or not restored, with words for an operator. */
export class BackupRefused extends Error {
  readonly code:
    | 'backup_exists'
    | 'backup_damaged'
    | 'backup_not_understood'
    | 'backup_too_slow'
    | 'key_file_missing'
    | 'restore_taken_over'
    | 'store_not_empty';
  constructor(code: BackupRefused['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
