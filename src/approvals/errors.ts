/** Every way an approval refuses a scan or a decision. */
export type ApprovalErrorCode =
  | 'qr_invalid'
  | 'qr_expired'
  | 'already_scanned'
  | 'approval_not_found'
  | 'approval_expired'
  | 'already_decided'
  | 'decision_invalid'
  | 'signature_invalid'
  | 'payload_mismatch'
  | 'number_missing'
  | 'number_wrong'
  | 'granted_invalid'
  | 'level_too_low'
  | 'approval_raced'
  | 'face_missing'
  | 'face_not_matched'
  | 'face_unavailable';
