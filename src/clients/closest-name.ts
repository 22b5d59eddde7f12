/** How many letters must be put in, left out or changed to make one word of the other (Levenshtein). */
function editDistance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let at = 0; at < one.length; at += 1) {
    const next = [at + 1];
    for (let to = 0; to < other.length; to += 1) {
      const changed = (row[to] ?? 0) + (one[at] === other[to] ? 0 : 1);
      next.push(Math.min(changed, (row[to + 1] ?? 0) + 1, (next[to] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

/** The known name that a mistyped one most likely means; undefined when none is near. A URI's last segment stands for it. */
function closestName(given: string, known: readonly string[]): string | undefined {
  const most = Math.min(3, Math.ceil(given.length / 3));
  const near = known
    .flatMap((name) => [name, name.slice(name.lastIndexOf('/') + 1)].map((word) => ({ name, distance: editDistance(given, word) })))
    .filter(({ distance }) => distance <= most)
    .sort((one, other) => one.distance - other.distance);
  return near[0]?.name;
}

/** `, did you mean allowed_claims?`, or nothing. */
export function hintFor(given: string, known: readonly string[]): string {
  const closest = given.length > 200 ? undefined : closestName(given, known);
  return closest === undefined ? '' : `, did you mean ${closest}?`;
}
