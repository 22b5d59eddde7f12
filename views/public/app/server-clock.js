// The server's time, which proofs and deadlines are judged by: a phone's own clock may be minutes off.
let aheadMs = 0;

/** Takes the time from an answer of the server. */
export function learnTime(response) {
  const told = Date.parse(response.headers.get('Date') ?? '');
  if (!Number.isNaN(told)) aheadMs = told - Date.now();
}

export const now = () => Date.now() + aheadMs;
export const seconds = () => Math.floor(now() / 1000);

/** Asks for the time; without a network the phone's own clock is used. */
export async function askTime() {
  try {
    learnTime(await fetch('/livez', { method: 'HEAD', cache: 'no-store' }));
  } catch {
    aheadMs = 0;
  }
}
