/** The ways documents say no. */
export type DocumentErrorCode =
  | 'document_type_unknown'
  | 'document_number_invalid'
  | 'document_level_missing'
  | 'document_agency_missing'
  | 'document_asked_too_often'
  | 'document_not_found';
