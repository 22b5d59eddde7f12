/** Every way linking says no. */
export type LinkErrorCode = 'link_invalid' | 'link_taken' | 'link_not_found' | 'client_token_invalid';
