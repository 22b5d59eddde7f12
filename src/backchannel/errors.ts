/** Every way a service's own request is refused. */
export type BackchannelErrorCode = 'authorization_details_invalid' | 'binding_message_invalid' | 'login_hint_refused';
