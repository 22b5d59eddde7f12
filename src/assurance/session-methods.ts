import { type Amr, factorOf, type ProvenMethod } from './methods.ts';

/** Proven methods as a session keeps them in its `amr`: `pwd@1764000000@1763999999000`, or without the last part (`ProvenMethod.under`). */
export const formatMethods = (methods: readonly ProvenMethod[]): string[] =>
  methods.map(({ amr, at, under }) => [amr, at, ...(under === undefined ? [] : [under])].join('@'));

const form = /^(?<amr>[a-z]+)@(?<at>\d{1,12})(?:@(?<under>\d{1,15}))?$/;

/** Reads a session's `amr`; what is not of that form proves nothing. */
export function parseMethods(amr: readonly string[] | undefined): ProvenMethod[] {
  const methods: ProvenMethod[] = [];
  for (const entry of amr ?? []) {
    const { amr: name, at, under } = form.exec(entry)?.groups ?? {};
    if (name === undefined || !Object.hasOwn(factorOf, name)) continue;
    methods.push({ amr: name as Amr, at: Number(at), ...(under === undefined ? {} : { under: Number(under) }) });
  }
  return methods;
}

/**
 * Each method with its newest time: a later sign-in adds, it never takes away. What was proven after everything was ended takes the place of
 * what ended then, whatever the clocks of two processes say.
 */
export function mergeMethods(earlier: readonly ProvenMethod[], later: readonly ProvenMethod[]): ProvenMethod[] {
  const newest = new Map<Amr, ProvenMethod>();
  for (const method of [...earlier, ...later]) {
    const known = newest.get(method.amr);
    if (known === undefined || known.under !== method.under || known.at < method.at) newest.set(method.amr, method);
  }
  return [...newest.values()];
}
