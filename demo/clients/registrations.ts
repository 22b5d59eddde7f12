import type { JWK } from 'jose';

export interface DemoAddresses {
  readonly portal: string;
  readonly bank: string;
  readonly library: string;
}

export interface DemoSecrets {
  readonly portal: string;
  readonly library: string;
  /** The bank's public key. */
  readonly bankKey: JWK;
}

const byLaw = (claim: string, vi: string, en: string) => ({ claim, text: { vi, en } });
const roads = ['Luật Trật tự, an toàn giao thông đường bộ', 'Law on road traffic order and safety'] as const;
const residence = ['Nghị định về cung cấp dịch vụ công trực tuyến', 'Decree on online public services'] as const;

/** The demo's services as the operator would register them (JSON of `senid clients put`). */
export function demoRegistrations(at: DemoAddresses, secrets: DemoSecrets, claimsPrefix: string): readonly object[] {
  const common = (address: string) => ({
    redirect_uris: [`${address}/callback`],
    post_logout_redirect_uris: [`${address}/`],
    client_uri: address,
    consent_event_uri: `${address}/events`,
    response_types: ['code'],
    grant_types: ['authorization_code'],
    id_token_signed_response_alg: 'ES256',
  });
  const bankClaims = [
    ...['name', 'birthdate', 'address', 'phone_number'],
    ...['personal_id_number', 'age_over_18'].map((name) => `verified_claims.${claimsPrefix}${name}`),
  ];
  return [
    {
      ...common(at.portal),
      client_id: 'demo-portal',
      client_name: 'Cổng dịch vụ công',
      'client_name#en': 'Public service portal',
      client_secret: secrets.portal,
      class: 'public',
      sector: 'portal.demo.senid.example',
      purposes: [
        { id: 'public-service', vi: 'Giải quyết thủ tục hành chính của bạn', en: 'Handling your administrative procedure' },
        { id: 'licence-renewal', vi: 'Đổi giấy phép lái xe của bạn', en: 'Renewing your driving licence' },
        { id: 'clinic', vi: 'Đăng ký khám bệnh cho bạn', en: 'Registering you at the clinic' },
      ],
      allowed_claims: [
        ...['name', 'birthdate', 'gender', 'address', 'phone_number', 'email'],
        ...['driving_licence', 'health_insurance'].map((name) => claimsPrefix + name),
      ],
      legal_basis: [
        byLaw('name', ...residence),
        byLaw('birthdate', ...residence),
        byLaw('gender', ...residence),
        byLaw('address', ...residence),
        byLaw(`${claimsPrefix}driving_licence`, ...roads),
      ],
      min_acr: 'urn:senid:acr:id2-auth2',
    },
    {
      ...common(at.library),
      client_id: 'demo-library',
      client_name: 'Thư viện thành phố',
      'client_name#en': 'City library',
      client_secret: secrets.library,
      class: 'public',
      sector: 'library.demo.senid.example',
      purposes: [{ id: 'reader-card', vi: 'Mở thẻ bạn đọc', en: 'Opening your reader card' }],
      allowed_claims: ['name'],
      legal_basis: [byLaw('name', 'Quy chế thư viện công cộng', 'Rules of public libraries')],
      min_acr: 'urn:senid:acr:id1-auth1',
    },
    {
      ...common(at.bank),
      client_id: 'demo-bank',
      client_name: 'Ngân hàng Hoa Sen',
      'client_name#en': 'Lotus Bank',
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES256',
      jwks: { keys: [secrets.bankKey] },
      class: 'private',
      sector: 'bank.demo.senid.example',
      purposes: [{ id: 'open-account', vi: 'Mở tài khoản ngân hàng cho bạn', en: 'Opening a bank account for you' }],
      allowed_claims: bankClaims,
      min_acr: 'urn:senid:acr:id2-auth2',
      profile: 'fapi-2.0',
    },
    {
      client_id: 'demo-bank-ciba',
      client_name: 'Ngân hàng Hoa Sen',
      'client_name#en': 'Lotus Bank',
      client_uri: at.bank,
      grant_types: ['urn:openid:params:grant-type:ciba'],
      response_types: [],
      backchannel_token_delivery_mode: 'poll',
      backchannel_authentication_request_signing_alg: 'ES256',
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES256',
      id_token_signed_response_alg: 'ES256',
      dpop_bound_access_tokens: true,
      jwks: { keys: [secrets.bankKey] },
      class: 'private',
      profile: 'fapi-ciba',
      // the same people as in the browser
      sector: 'bank.demo.senid.example',
      login_hints: ['id_number', 'phone'],
      purposes: [{ id: 'open-account', vi: 'Mở tài khoản ngân hàng cho bạn', en: 'Opening a bank account for you' }],
      allowed_claims: bankClaims,
      min_acr: 'urn:senid:acr:id2-auth2',
    },
  ];
}
