/** A living face against the register's picture of a person. `unavailable`: nobody can say now. */
export type FaceMatch = 'matched' | 'not-matched' | 'unavailable';

/** The state's matcher (ABIS). */
export interface FaceMatcher {
  /** @param capture as the app took it: JPEG or PNG bytes */
  match(idNumber: string, capture: Buffer): Promise<FaceMatch>;
}
