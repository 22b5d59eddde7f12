/** A copy for the library, which changes nested members of what it is given; documents of the store are shared and frozen. */
export function ownCopy<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(ownCopy) as Value;
  const copy: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(value)) copy[name] = typeof member === 'object' ? ownCopy(member) : member;
  return copy as Value;
}
