const everyMs = 1000;

/** Says on standard error, once a second and at the end of each collection, how far a command has come. */
export function sayProgress(): (line: string) => void {
  let said = performance.now();
  return (line) => {
    const now = performance.now();
    if (now - said < everyMs) return;
    said = now;
    process.stderr.write(`${line}\n`);
  };
}

export const counted = (count: number): string => count.toLocaleString('en');
