import type { UserInfoResponse } from 'openid-client';
import { type Html, html } from '../service/html.ts';
import { dateInWords, type Language } from '../service/words.ts';

const claimsPrefix = String(process.env['DEMO_CLAIMS_PREFIX']);
const [idNumber, isAdult] = [`${claimsPrefix}personal_id_number`, `${claimsPrefix}age_over_18`];

/** Proven by an officer who saw the person and a document, or not worth asking for (OpenID Connect for Identity Assurance 1.0). */
export const verifiedClaims = {
  verification: {
    trust_framework: null,
    assurance_level: { value: 'level2' },
    time: null,
    evidence: [{ type: { value: 'document' }, check_details: [{ check_method: null, organization: null }] }],
  },
  claims: { [idNumber]: null, [isAdult]: null },
};

interface VerifiedClaims {
  readonly verification: {
    readonly time?: string;
    readonly evidence?: readonly { readonly check_details?: readonly { readonly organization?: string }[] }[];
  };
  readonly claims: Readonly<Record<string, unknown>>;
}

/** What SenID vouches for, with when and where it was verified. */
export function vouchedFor({ verified_claims: found }: UserInfoResponse, language: Language): Html {
  const { claims, verification } = (found ?? { claims: {}, verification: {} }) as VerifiedClaims;
  const vi = language === 'vi';
  const yesNo = claims[isAdult] === true ? (vi ? 'có' : 'yes') : vi ? 'không' : 'no';
  const rows = [
    ['personal_id_number', vi ? 'Số định danh cá nhân' : 'Personal ID number', claims[idNumber]],
    ['age_over_18', vi ? 'Đủ 18 tuổi' : 'Aged 18 or over', claims[isAdult] === undefined ? undefined : yesNo],
  ].filter(([, , value]) => value !== undefined);
  if (rows.length === 0) return html``;
  const where = verification.evidence?.[0]?.check_details?.[0]?.organization;
  const when = dateInWords(verification.time?.slice(0, 10), language);
  const how = [vi ? 'Xác minh trực tiếp' : 'Verified in person', when, where].filter(Boolean).join(', ');
  return html`<h2>${vi ? 'Đã được SenID xác minh' : 'Verified by SenID'}</h2>
<dl>${rows.map(([name, label, value]) => html`<dt>${label}</dt><dd data-verified="${name}">${value}</dd>`)}</dl>
<p class="level" data-verification>${how}</p>`;
}
