import { type Amr, factorOf, type ProvenMethod } from './methods.ts';

/** Proven methods as a session keeps them in its `amr`: `pwd@1764000000`. */
export const formatMethods = (methods: readonly ProvenMethod[]): string[] => methods.map(({ amr, at }) => `${amr}@${at}`);

/** Reads a session's `amr`; what is not of that form proves nothing. */
export function parseMethods(amr: readonly string[] | undefined): ProvenMethod[] {
  const methods: ProvenMethod[] = [];
  for (const entry of amr ?? []) {
    const [name, at] = entry.split('@');
    if (name !== undefined && Object.hasOwn(factorOf, name) && at !== undefined && /^\d{1,12}$/.test(at))
      methods.push({ amr: name as Amr, at: Number(at) });
  }
  return methods;
}

/** Each method with its newest time: a later sign-in adds, it never takes away. */
export function mergeMethods(earlier: readonly ProvenMethod[], later: readonly ProvenMethod[]): ProvenMethod[] {
  const newest = new Map<Amr, number>();
  for (const { amr, at } of [...earlier, ...later]) newest.set(amr, Math.max(at, newest.get(amr) ?? 0));
  return [...newest].map(([amr, at]) => ({ amr, at }));
}
