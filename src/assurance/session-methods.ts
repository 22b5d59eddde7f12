import { type Amr, factorOf, type ProvenMethod } from './methods.ts';

/**
 * Proven methods as a session keeps them in its `amr`: `pwd@1764000000@1763999999000`, the last part (`ProvenMethod.under`) where there is one, and
 * `@across` and `@unvouched` after it where that holds.
 */
export const formatMethods = (methods: readonly ProvenMethod[]): string[] =>
  methods.map(({ amr, at, under, across, unvouched }) =>
    [
      amr,
      at,
      ...(under === undefined ? [] : [under]),
      ...(across === true ? ['across'] : []),
      ...(unvouched === true ? ['unvouched'] : []),
    ].join('@'),
  );

const form = /^(?<amr>[a-z]+)@(?<at>\d{1,12})(?:@(?<under>\d{1,15}))?(?<across>@across)?(?<unvouched>@unvouched)?$/;

/** Reads a session's `amr`; what is not of that form proves nothing. */
export function parseMethods(amr: readonly string[] | undefined): ProvenMethod[] {
  const methods: ProvenMethod[] = [];
  for (const entry of amr ?? []) {
    const { amr: name, at, under, across, unvouched } = form.exec(entry)?.groups ?? {};
    if (name === undefined || !Object.hasOwn(factorOf, name)) continue;
    methods.push({
      amr: name as Amr,
      at: Number(at),
      ...(under === undefined ? {} : { under: Number(under) }),
      ...(across === undefined ? {} : { across: true }),
      ...(unvouched === undefined ? {} : { unvouched: true }),
    });
  }
  return methods;
}

/**
 * Each method with its newest time: a later sign-in adds, it never takes away, nor does one across devices or by a
 * phone nobody vouched for from one that was not. What was proven after everything was ended takes the place of
 * what ended then, whatever the clocks of two processes say.
 */
export function mergeMethods(earlier: readonly ProvenMethod[], later: readonly ProvenMethod[]): ProvenMethod[] {
  const newest = new Map<string, ProvenMethod>();
  for (const method of [...earlier, ...later]) {
    const kind = `${method.amr} ${method.across === true} ${method.unvouched === true}`;
    const known = newest.get(kind);
    if (known === undefined || known.under !== method.under || known.at < method.at) newest.set(kind, method);
  }
  return [...newest.values()];
}
