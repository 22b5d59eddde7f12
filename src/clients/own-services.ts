import { DomainError } from '#src/kernel/domain-error.ts';
import type { Sealing } from '#src/kernel/sealing.ts';
import type { ClientErrorCode } from './errors.ts';
import type { ClientDirectory, ClientWithSecrets } from './ports.ts';
import { clientOf, type RegistrationPolicy, readRegistration } from './registration.ts';

/** The services that are parts of SenID itself. Nobody registers, changes or stops them: they are as the program says, in every process. */
const ownServiceIds = ['senid-console', 'senid-account'] as const;
export type OwnServiceId = (typeof ownServiceIds)[number];

const levelOfConsole = 'urn:senid:acr:id2-auth3';
const levelOfAccount = 'urn:senid:acr:id1-auth1';

/** The secret of such a service: derived, so that all processes have it and no store does. */
export const ownServiceSecret = (sealing: Sealing, id: OwnServiceId): string =>
  sealing.deriveKey(`own-service-v1/${id}`).toString('base64url');

/** What the program registers of itself, in the words of any registration. */
export const consoleRegistration = (issuer: string) => ({
  client_id: 'senid-console',
  client_name: 'Quản lý dịch vụ SenID',
  'client_name#en': 'SenID service console',
  class: 'internal',
  redirect_uris: [`${issuer}/console/signed-in`],
  post_logout_redirect_uris: [`${issuer}/console/signed-out`],
  subject_type: 'public',
  id_token_signed_response_alg: 'ES256',
  min_acr: levelOfConsole,
  purposes: [{ id: 'sign-in', vi: 'Quản lý các dịch vụ dùng SenID', en: 'Looking after the services that use SenID' }],
});

const accountRegistration = (issuer: string) => ({
  client_id: 'senid-account',
  client_name: 'Tài khoản SenID của tôi',
  'client_name#en': 'My SenID account',
  class: 'internal',
  redirect_uris: [`${issuer}/account/signed-in`],
  post_logout_redirect_uris: [`${issuer}/account/signed-out`],
  subject_type: 'public',
  id_token_signed_response_alg: 'ES256',
  min_acr: levelOfAccount,
  purposes: [{ id: 'sign-in', vi: 'Để bạn xem và quản lý tài khoản của mình', en: 'For you to see and look after your account' }],
});

/** The directory with the program's own services before all registered ones. */
export function withOwnServices(
  directory: ClientDirectory,
  { sealing, issuer, policy }: { readonly sealing: Sealing; readonly issuer: string; readonly policy: RegistrationPolicy },
): ClientDirectory {
  const own = new Map<string, ClientWithSecrets>(
    [consoleRegistration(issuer), accountRegistration(issuer)].map((json) => [
      json.client_id,
      {
        client: clientOf(readRegistration(json, policy), undefined),
        secrets: [{ value: ownServiceSecret(sealing, json.client_id as OwnServiceId), expiresAt: undefined }],
      },
    ]),
  );
  return { find: async (id) => own.get(id) ?? directory.find(id) };
}

/** Whether a service is a part of SenID. */
export const isOwnService = (id: string): id is OwnServiceId => (ownServiceIds as readonly string[]).includes(id);

/** @throws {DomainError} `service_exists` for the name of a part of SenID */
export function refuseOwnService(id: string): void {
  if (isOwnService(id)) throw new DomainError<ClientErrorCode>('service_exists', { detail: `${id} is a part of SenID` });
}
