import { DomainError } from '#src/kernel/domain-error.ts';

/** Every way a registration, or a step of it, is refused. */
export type ClientErrorCode =
  | 'client_metadata_invalid'
  | 'client_not_found'
  | 'client_secret_not_found'
  | 'client_secrets_full'
  | 'managers_invalid'
  | 'service_changed'
  | 'service_exists'
  | 'service_reason_missing'
  | 'service_role_missing'
  | 'service_same_hand'
  | 'service_state_wrong'
  | 'simulation_unknown'
  | 'tester_invalid';

/** A refusal of one member of a registration, by its name. */
export const memberInvalid = (member: string, why: string): DomainError<ClientErrorCode> =>
  new DomainError('client_metadata_invalid', { detail: `${member}: ${why}` });

export const clientNotFound = (id: string): DomainError<ClientErrorCode> => new DomainError('client_not_found', { detail: id });
