/** Authentication methods and what they prove (assurance.md). `amr` values are RFC 8176's. */
export type Factor = 'knows' | 'holds' | 'is';
export type Amr = 'pwd' | 'otp' | 'sms' | 'swk' | 'hwk' | 'user' | 'face' | 'fpt';

/** A method proven at a moment. `at` is in whole seconds since the epoch. */
export interface ProvenMethod {
  readonly amr: Amr;
  readonly at: number;
}

/** `user` is the user verification that unlocks a key: it adds `knows` to the key's `holds`. */
export const factorOf: Record<Amr, Factor> = {
  pwd: 'knows',
  otp: 'holds',
  sms: 'holds',
  swk: 'holds',
  hwk: 'holds',
  user: 'knows',
  face: 'is',
  fpt: 'is',
};
