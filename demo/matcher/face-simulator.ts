/** What a demo picture says of itself: whose face it is. */
const mark = 'senid-demo-face:';
/** A picture that a covered lens takes is smaller than this. */
const leastBytes = 4096;

export interface Look {
  readonly matched: boolean;
  readonly live: boolean;
}

/**
 * A simulator, no biometrics. A capture with the demo's mark is the face of the person it names; any other picture counts as the right face
 * when it is large enough to show one, so that the demo works with whoever sits before the camera, and a covered lens is refused.
 */
export function look(personalIdNumber: string, capture: Buffer): Look {
  const at = capture.indexOf(mark);
  if (at < 0) return { matched: capture.length >= leastBytes, live: capture.length >= leastBytes };
  const named = capture.subarray(at + mark.length, at + mark.length + 12).toString('latin1');
  return { matched: named === personalIdNumber, live: !capture.includes('not-alive') };
}
