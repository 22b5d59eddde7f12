/** Every way the device API refuses an enrolment, a proof or a device. */
export type DeviceErrorCode =
  | 'enrolment_code_invalid'
  | 'enrolment_invalid'
  | 'attestation_unsupported'
  | 'enrolment_request_invalid'
  | 'proof_missing'
  | 'proof_invalid'
  | 'device_unknown'
  | 'device_revoked'
  | 'device_not_found'
  | 'device_name_invalid'
  | 'password_not_set'
  | 'enrolment_password_missing'
  | 'enrolment_password_wrong'
  | 'sign_in_not_found'
  | 'account_locked'
  | 'too_many_devices'
  | 'rate_limited';
