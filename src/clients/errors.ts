import { DomainError } from '#src/kernel/domain-error.ts';

/** Every way a registration is refused. */
export type ClientErrorCode = 'client_metadata_invalid' | 'client_not_found';

/** A refusal of one member of a registration, by its name. */
export const memberInvalid = (member: string, why: string): DomainError<ClientErrorCode> =>
  new DomainError('client_metadata_invalid', { detail: `${member}: ${why}` });
