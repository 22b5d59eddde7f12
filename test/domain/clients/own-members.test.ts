import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ClientWorld, openClientWorld } from '#test/support/client-world.ts';

let world: ClientWorld;
beforeAll(async () => {
  world = await openClientWorld();
});
afterAll(() => world.close());

const acr = (level: string): string => `urn:senid:acr:${level}`;
const text = { vi: 'Nghị định', en: 'Decree' };

describe("SenID's own members", () => {
  it.each([
    [['nmae'], 'allowed_claims: nmae is not a known claim, did you mean name?'],
    [
      ['personal_id_number'],
      'allowed_claims: personal_id_number is not a known claim, did you mean https://senid.example/claims/personal_id_number?',
    ],
    [['verified_claims.email'], 'allowed_claims: verified_claims.email is not a known claim'],
    [['name', 'email', 'name'], 'allowed_claims: name stands twice'],
  ])('do not let a service wait for the claims %j, which nobody can release', async (allowed, detail) => {
    expect(await world.refusal({ allowed_claims: allowed })).toBe(detail);
  });

  it('may name the claims that discovery lists and everybody gets', async () => {
    expect(await world.refusal({ allowed_claims: ['sub', 'acr', 'name'] })).toBeUndefined();
  });

  it('do not let a law stand behind a claim that was not registered', async () => {
    const more = { class: 'public', allowed_claims: ['name'], legal_basis: [{ claim: 'address', text }] };
    expect(await world.refusal(more)).toBe('legal_basis: address is not in allowed_claims');
  });

  it('do not name two laws for one claim', async () => {
    const more = {
      class: 'public',
      legal_basis: [
        { claim: 'name', text },
        { claim: 'name', text },
      ],
    };
    expect(await world.refusal(more)).toBe('legal_basis: name stands twice');
  });

  it('do not let a private service read claims by law', async () => {
    expect(await world.refusal({ legal_basis: [{ claim: 'name', text }] })).toBe(
      'legal_basis: only a public service reads claims by law',
    );
  });

  it('do not ask by default for a level outside the registration', async () => {
    const more = { allowed_acr: [acr('id1-auth1')], default_acr_values: [acr('id2-auth2')] };
    expect(await world.refusal(more)).toBe(`default_acr_values: ${acr('id2-auth2')} is not in allowed_acr`);
  });

  it.each([
    ['id2-auth1', ['id1-auth4'], false],
    ['id1-auth3', ['id2-auth2', 'id1-auth2'], false],
    ['id2-auth3', ['id2-auth1', 'id1-auth3'], false],
    ['id1-auth3', ['id1-auth1', 'id2-auth3'], true],
    ['id2-auth4', ['id2-auth4'], true],
  ])('do not require %s where only %j may be reached', async (least, allowed, passes) => {
    const detail = await world.refusal({ min_acr: acr(least), allowed_acr: allowed.map(acr) });
    if (passes) expect(detail).toBeUndefined();
    else expect(detail).toMatch(/^min_acr: /);
  });

  it.each([
    [['openid', 'everything'], 'allowed_scopes: everything is not a known scope'],
    [['openid', 'profil'], 'allowed_scopes: profil is not a known scope, did you mean profile?'],
    [['profile'], 'allowed_scopes: openid is in every sign-in'],
    [['openid', 'offline_access'], 'allowed_scopes: offline_access needs the grant type refresh_token'],
    [['openid', 'services.review'], 'allowed_scopes: services.review is for internal services only'],
  ])('do not let a service count on the scopes %j', async (allowed, detail) => {
    expect(await world.refusal({ allowed_scopes: allowed })).toBe(detail);
  });

  it('give the scopes of an interface for programs to who acts for itself alone', async () => {
    const more = { class: 'internal', allowed_scopes: ['openid', 'services.read'] };
    expect(await world.refusal(more)).toBe('allowed_scopes: services.read needs the grant type client_credentials');
    expect(await world.refusal({ ...more, grant_types: ['authorization_code', 'client_credentials'] })).toBeUndefined();
  });

  it('do not say two things about scopes', async () => {
    const more = { allowed_scopes: ['openid', 'profile'], scope: 'openid email' };
    expect(await world.refusal(more)).toBe('scope: email is not in both scope and allowed_scopes');
    expect(await world.refusal({ ...more, scope: 'openid profile' })).toBeUndefined();
    expect(await world.registry.show('shop')).toMatchObject({ allowed_scopes: ['openid', 'profile'] });
  });

  it('do not let one consent stand for two purposes', async () => {
    const purposes = [
      { id: 'order', ...text },
      { id: 'order', ...text },
    ];
    expect(await world.refusal({ purposes })).toBe('purposes: the id order stands twice');
  });

  it.each([
    ['class', { class: 'evil' }],
    ['class', { class: undefined }],
    ['min_acr', { min_acr: 'urn:x' }],
    ['allowed_acr', { allowed_acr: [] }],
    ['purposes.0', { purposes: [] }],
    ['purposes.0', { purposes: [{ id: 'x', ...text, fr: 'x' }] }],
    ['legal_basis.0.text.en', { class: 'public', legal_basis: [{ claim: 'name', text: { vi: 'x' } }] }],
    ['require_pkce', { require_pkce: false, token_endpoint_auth_method: 'none' }],
    ['client_id', { client_id: 'a b' }],
    ['client_name', { client_name: ' ' }],
  ])('are refused by name: %s in %j', async (member, more) => {
    expect(await world.refusal(more)).toMatch(new RegExp(`^${member}: `));
  });

  it.each(['public', 'private'])('do not give a %s service public subjects without a reason', async (kind) => {
    expect(await world.refusal({ class: kind, subject_type: 'public' })).toContain('say why in subject_type_reason');
    const reason = 'Hệ thống cũ ghép hồ sơ theo một mã chung';
    expect(await world.refusal({ class: kind, subject_type: 'public', subject_type_reason: reason })).toBeUndefined();
    expect(await world.registry.show('shop')).toMatchObject({ subject_type: 'public', subject_type_reason: reason });
  });

  it('give an internal service public subjects when it asks, and pairwise ones by default', async () => {
    expect(await world.refusal({ class: 'internal', subject_type: 'public' })).toBeUndefined();
    expect(await world.refusal({ class: 'internal' })).toBeUndefined();
    expect(await world.registry.show('shop')).toMatchObject({ subject_type: 'pairwise' });
    expect(await world.registry.show('shop')).not.toHaveProperty('subject_type_reason');
  });

  it('do not keep a reason for what was not asked', async () => {
    expect(await world.refusal({ subject_type_reason: 'x' })).toBe('subject_type_reason: only with subject_type public');
  });
});

describe('names', () => {
  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'cannot be ones that reach into every object (%s)',
    async (id) => {
      expect(await world.refusal({ client_id: id })).toMatch(/^client_id: /);
    },
  );

  it.each(['\u202egro.live', 'shop\u0000', 'two\nlines', 'a\u200bb'])(
    'cannot hide or turn what a person reads (%j)',
    async (name) => {
      expect(await world.refusal({ client_name: name })).toMatch(/^client_name: /);
      expect(await world.refusal({ purposes: [{ id: 'a', vi: name, en: 'x' }] })).toMatch(/^purposes/);
    },
  );
});
