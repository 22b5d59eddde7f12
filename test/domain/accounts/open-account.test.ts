import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { accounts, credentials, reservations } from '#src/accounts/collections.ts';
import { importPeople } from '#src/accounts/import-people.ts';
import { documents as namedDocuments } from '#src/documents/collections.ts';
import { outbox } from '#src/outbox/collections.ts';
import { type AccountWorld, lan, openAccountWorld } from '#test/support/account-world.ts';

let world: AccountWorld;
beforeEach(async () => {
  world = await openAccountWorld();
});
afterEach(() => world.close());

const stored = async () => {
  const [people, kept, reserved] = await Promise.all([
    world.store.scan(accounts, { limit: 1000 }),
    world.store.scan(credentials, { limit: 1000 }),
    world.store.scan(reservations, { limit: 1000 }),
  ]);
  return { people, kept, reserved };
};

describe('opening an account', () => {
  it('keeps the person in NFC and gives them back to whoever asks by number', async () => {
    const id = await world.addPerson({
      ...lan,
      name: { family: 'Nguyễn'.normalize('NFD'), middle: ' Thị ', given: 'Lan' },
      email: 'lan@example.vn',
      address: { locality: 'Phường Mẫu'.normalize('NFD'), region: 'Hà Nội' },
    });
    const account = await world.directory.findByIdNumber('000 190 000 001');
    expect(account?.id).toBe(id);
    expect(account?.authenticators).toEqual({ password: true, totp: false, devices: 0 });
    expect(account?.person()).toEqual({
      idNumber: '000190000001',
      name: { family: 'Nguyễn', middle: 'Thị', given: 'Lan' },
      birthdate: '1990-02-01',
      gender: 'female',
      nationality: 'VNM',
      phone: '+84912000001',
      email: 'lan@example.vn',
      address: { locality: 'Phường Mẫu', region: 'Hà Nội', country: 'VN' },
    });
  });

  it('leaves nothing in the store that names the person, their number, phone, password or code generator', async () => {
    await world.addPerson({ ...lan, totp_secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' });
    const all = JSON.stringify(await stored());
    for (const secret of ['000190000001', '912000001', 'Lan', '1990', lan.password, 'GEZDGNBV']) expect(all).not.toContain(secret);
  });

  it('does not open two for one ID number in two ways of writing, nor for one phone, and leaves nothing of the second', async () => {
    await world.addPerson(lan);
    const before = await stored();
    const fullWidth = '０００１９００００００１';
    const withUnseen = '\ufeff0001\u200b90000\u200d001\u202c';
    for (const idNumber of ['000 190 000 001', '000.190.000.001', ' 000190000001\u00a0', fullWidth, withUnseen])
      await expect(world.addPerson({ ...lan, id_number: idNumber, phone: '0912000009' })).rejects.toMatchObject({
        code: 'id_number_taken',
      });
    for (const phone of ['+84 912 000 001', '0912.000.001'])
      await expect(world.addPerson({ ...lan, id_number: '000190000002', phone })).rejects.toMatchObject({ code: 'phone_taken' });
    expect(await stored()).toEqual(before);
  });

  it('for one person asked many times at once opens one', async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => world.addPerson(lan)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect((await stored()).people).toHaveLength(1);
  });

  it('does not reach level 2 without in-person evidence, and level 1 carries none', async () => {
    const without = { ...lan, evidence: undefined };
    await expect(world.addPerson(without)).rejects.toMatchObject({ code: 'evidence_missing' });
    const invented = { kind: 'in-person', place: 'Mẫu', date: '2026-01-15', officer: 'officer-0001' };
    const id = await world.addPerson(without, { defaultEvidence: invented });
    expect((await world.directory.get(id))?.evidence).toEqual(invented);
    const low = await world.addPerson({ ...lan, id_number: '000190000002', phone: '0912000002', identity_level: 1 });
    expect((await world.directory.get(low))?.evidence).toBeUndefined();
  });

  it('refuses invented people in production, with or without evidence', async () => {
    await expect(world.addPerson(lan, { refuseInvented: true })).rejects.toMatchObject({ code: 'id_number_invalid' });
    await world.addPerson({ ...lan, id_number: '001190000001' }, { refuseInvented: true });
  });

  it('a person who was corrected is read anew', async () => {
    const id = await world.addPerson(lan);
    const before = (await world.directory.get(id))?.person();
    const corrected = { ...before, email: 'lan@example.vn' };
    await world.store.patch(
      accounts,
      id,
      {},
      { set: { person: world.sealing.seal(JSON.stringify(corrected), `accounts/${id}/person`) } },
    );
    expect((await world.directory.get(id))?.person()).toEqual(corrected);
  });

  it('a sealed person moved to another account is not opened, also when their own was read just before', async () => {
    const victim = await world.addPerson(lan);
    const thief = await world.addPerson({ ...lan, id_number: '000190000002', phone: '0912000002' });
    const sealed = (await world.store.get(accounts, victim))?.person ?? '';
    expect((await world.directory.get(victim))?.person().idNumber).toBe('000190000001');
    await world.store.patch(accounts, thief, {}, { set: { person: sealed } });
    const moved = await world.directory.get(thief);
    expect(() => moved?.person()).toThrow();
  });
});

describe('a line of an import is refused', () => {
  it.each([
    ['id_number_invalid', { id_number: '00019000000' }],
    ['id_number_invalid', { id_number: '000190000001x' }],
    ['id_number_invalid', { id_number: '٠٠٠١٩٠٠٠٠٠٠١' }],
    ['id_number_invalid', { id_number: 'A1', nationality: 'FRA' }],
    ['id_number_invalid', { id_number: '\u200b\u200b' }],
    ['id_number_invalid', { id_number: '00019000000\u0000' }],
    ['id_number_invalid', { id_number: 'С0123456', nationality: 'FRA' }],
    ['phone_invalid', { phone: '0212345678' }],
    ['phone_invalid', { phone: '+0912000001' }],
    ['phone_invalid', { phone: '091200000１' }],
    ['name_invalid', { name: { family: 'Nguyễn', middle: '', given: '<b>' } }],
    ['birthdate_invalid', { birthdate: '1990-02-30' }],
    ['birthdate_invalid', { birthdate: '2026-11-25' }],
    ['birthdate_invalid', { birthdate: '01/02/1990' }],
    ['birthdate_invalid', { birthdate: '0990' }],
    ['password_too_weak', { password: 'matkhau' }],
    ['password_too_weak', { password: 'PassWord123' }],
    ['password_too_weak', { password: 'x'.repeat(129) }],
    ['password_hash_unsupported', { password: undefined, password_hash: 'plain' }],
    ['password_hash_unsupported', { password: undefined, password_hash: `$2b$14$${'a'.repeat(53)}` }],
    ['totp_secret_invalid', { totp_secret: '0189' }],
    ['person_invalid', { identity_level: 3 }],
    ['person_invalid', { gender: 'x' }],
    ['person_invalid', { surprise: 1 }],
    ['person_invalid', { email: 'not an address' }],
    ['person_invalid', { documents: [{}] }],
    ['person_invalid', { evidence: { ...lan.evidence, place: 'Mẫu\u202e' } }],
    ['person_invalid', { address: { locality: 'a\nb', region: 'c' } }],
    ['person_invalid', { id_number: 190000001 }],
  ])('with %s: %j', async (code, change) => {
    await expect(world.addPerson({ ...lan, ...change })).rejects.toMatchObject({ code });
    expect((await stored()).people).toHaveLength(0);
  });
});

describe('an import', () => {
  const people = Array.from({ length: 5 }, (_, n) => ({ ...lan, id_number: `00019000000${n}`, phone: `091200000${n}` }));
  const run = (lines: readonly unknown[], dryRun = false) =>
    importPeople(world, Readable.from(lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)))), {
      dryRun,
      defaultEvidence: undefined,
    });

  it('that broke off goes on where it stopped, and a third run adds nothing', async () => {
    expect(await run(people.slice(0, 3))).toEqual({ imported: 3, duplicates: 0, duplicateLines: [], refused: [] });
    expect(await run(people)).toEqual({ imported: 2, duplicates: 3, duplicateLines: [1, 2, 3], refused: [] });
    const before = await stored();
    expect(await run(people)).toEqual({ imported: 0, duplicates: 5, duplicateLines: [1, 2, 3, 4, 5], refused: [] });
    expect(await stored()).toEqual(before);
  });

  it('that was killed after any of its steps is finished by the next run, with one account for each person', async () => {
    const { store } = world;
    const documents = [{ type: 'driving_licence', number: '000190000901' }];
    for (let step = 1; step <= 6; step += 1) {
      const broken = await openAccountWorld();
      const { insertMany } = broken.store;
      let calls = 0;
      const killed = (into: never, inserted: never) => {
        calls += 1;
        return calls === step ? Promise.reject(new Error('killed')) : insertMany.call(broken.store, into, inserted);
      };
      broken.store.insertMany = killed as never;
      const lines = () => Readable.from(people.map((person) => JSON.stringify({ ...person, documents })));
      const options = { dryRun: false, defaultEvidence: undefined };
      await expect(importPeople(broken, lines(), options)).rejects.toThrow('killed');
      broken.store.insertMany = insertMany.bind(broken.store) as never;
      expect(await importPeople(broken, lines(), options)).toMatchObject({ imported: people.length, duplicates: 0, refused: [] });
      expect(await broken.store.scan(accounts, { limit: 100 })).toHaveLength(people.length);
      expect(await broken.store.scan(credentials, { limit: 100 })).toHaveLength(people.length);
      const asked = new Set((await broken.store.scan(outbox, { limit: 100 })).map(({ content }) => content['request']));
      const named = await broken.store.scan(namedDocuments, { limit: 100 });
      expect(named.map(({ request }) => asked.has(request))).toEqual(people.map(() => true));
      for (const { id_number: idNumber } of people as unknown as readonly { id_number: string }[])
        expect(await broken.directory.findByIdNumber(idNumber)).toBeDefined();
      await broken.close();
    }
    expect(await store.scan(accounts, { limit: 1 })).toEqual([]);
  });

  it('brings documents with a line of level 2 alone, checked like those that people ask for themselves', async () => {
    const withDocuments = (at: number, documents: unknown, more = {}) => ({ ...people[at], ...more, documents });
    const licence = { type: 'driving_licence', number: '000 190 000 901' };
    const report = await run([
      withDocuments(0, [licence, { type: 'birth_certificate', number: '12/1990' }]),
      withDocuments(1, [licence], { identity_level: 1 }),
      withDocuments(2, [{ ...licence, number: '12' }]),
      withDocuments(3, [licence, licence]),
      withDocuments(4, [{ type: 'passport', number: 'B1234567' }]),
    ]);
    expect(report).toMatchObject({ imported: 1 });
    expect(report.refused.map(({ code }) => code)).toEqual([
      'document_level_missing',
      'document_number_invalid',
      'person_invalid',
      'document_type_unknown',
    ]);
    expect((await world.store.scan(namedDocuments, { limit: 100 })).map(({ type, state }) => [type, state])).toEqual([
      ['birth_certificate', 'pending'],
      ['driving_licence', 'pending'],
    ]);
  });

  it('takes no phone that belongs to another account or an earlier line, dry or not, and leaves no trace of the refused', async () => {
    await run(people.slice(0, 1));
    const [first, second] = people as unknown as readonly { id_number: string; phone?: string }[];
    const shared = { ...second, phone: first?.phone };
    const other = { ...second, id_number: '000199900099', phone: '0987654321' };
    const same = { ...second, id_number: '000199900098', phone: '+84987654321' };
    const refused = [
      { line: 1, code: 'phone_taken' },
      { line: 3, code: 'phone_taken' },
    ];
    expect(await run([shared, other, same], true)).toMatchObject({ imported: 1, duplicates: 0, refused });
    expect(await run([shared, other, same])).toMatchObject({ imported: 1, duplicates: 0, refused });
    const { people: kept, reserved } = await stored();
    expect([kept.length, reserved.length]).toEqual([2, 4]);
  });

  it('finds a duplicate of a line that is far away, dry or not', async () => {
    const far = [
      people[0],
      ...Array.from({ length: 8000 }, () => ''),
      people[1],
      ...Array.from({ length: 8000 }, () => 'null'),
      people[0],
    ];
    for (const dryRun of [true, false])
      expect(await run(far, dryRun)).toMatchObject({ imported: 2, duplicates: 1, duplicateLines: [far.length] });
  });

  it('stops when another one has begun: what that one is about to open looks left behind', async () => {
    const lines = Readable.from(people.map((person) => JSON.stringify(person)));
    const options = { dryRun: false, defaultEvidence: undefined, isAlone: () => false };
    await expect(importPeople(world, lines, options)).rejects.toMatchObject({ code: 'import_running' });
    expect(await stored()).toMatchObject({ people: [] });
  });

  it('goes on after a bad line and names it by its number, empty lines counted', async () => {
    expect(await run([people[0], '', '{"id_number":', 'null', people[1]])).toMatchObject({
      imported: 2,
      duplicates: 0,
      refused: [
        { line: 3, code: 'person_invalid', detail: 'not JSON' },
        { line: 4, code: 'person_invalid', detail: expect.stringContaining('expected object') },
      ],
    });
  });

  it('says nothing of a person in what it reports about a bad line', async () => {
    const bad = [
      { ...lan, phone: '091200' },
      { ...lan, birthdate: '1990-13-01' },
      { ...lan, password: '12345678' },
      { ...lan, email: 'lan at home' },
      { ...lan, gender: 'Lan' },
    ];
    const report = JSON.stringify(await run(bad));
    for (const secret of ['000190000001', '091200', '1990-13', '12345678', 'lan at home', 'Lan'])
      expect(report).not.toContain(secret);
  });

  it('tried out first writes nothing and finds the same faults', async () => {
    const lines = [people[0], { ...people[1], birthdate: 'x' }];
    const dry = await run(lines, true);
    expect(await stored()).toEqual({ people: [], kept: [], reserved: [] });
    expect(await run(lines)).toEqual(dry);
  });
});
