/** Every way a registration is refused. */
export type ClientErrorCode = 'client_metadata_invalid' | 'client_not_found';
