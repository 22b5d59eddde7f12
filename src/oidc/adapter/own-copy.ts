/** A copy for the library, which changes nested members of what it is given; documents of the store are shared and frozen. */
export function ownCopy<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(ownCopy) as Value;
  const copy: Record<string, unknown> = {};
  // a service may send any name, and one of them would make members of a copy that nobody sent
  for (const [name, member] of Object.entries(value))
    if (name !== '__proto__') copy[name] = typeof member === 'object' ? ownCopy(member) : member;
  return copy as Value;
}
