import type { ImportProgress } from '#src/accounts/import-people.ts';

const everyMs = 1000;

/** `12,000 lines, 9,800 a second, 40 %, 2 min 10 s left`; the share and the rest only where the file's length is known. */
export function progressLine({ lines, bytes }: ImportProgress, tookMs: number, totalBytes: number | undefined): string {
  const rate = lines / (tookMs / 1000);
  const told = [`${lines.toLocaleString('en')} lines`, `${Math.round(rate).toLocaleString('en')} a second`];
  if (totalBytes !== undefined && totalBytes > 0) {
    const seconds = Math.round(((totalBytes - bytes) / bytes) * (tookMs / 1000));
    told.push(`${Math.floor((100 * bytes) / totalBytes)} %`, `${Math.floor(seconds / 60)} min ${seconds % 60} s left`);
  }
  return told.join(', ');
}

/** Says once a second how far an import has come. */
export function reportProgress(totalBytes: number | undefined, say: (line: string) => void): (done: ImportProgress) => void {
  const began = performance.now();
  let said = began;
  return (done) => {
    const now = performance.now();
    if (now - said < everyMs) return;
    said = now;
    say(progressLine(done, now - began, totalBytes));
  };
}
