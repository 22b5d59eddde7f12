/** Authentication methods and what they prove (assurance.md). `amr` values are RFC 8176's. */
export type Factor = 'knows' | 'holds' | 'is';
export type Amr = 'pwd' | 'otp' | 'sms' | 'swk' | 'hwk' | 'user' | 'face' | 'fpt';

/** A method proven at a moment. */
export interface ProvenMethod {
  readonly amr: Amr;
  /** Whole seconds since the epoch, by the clock of the process that saw it. */
  readonly at: number;
  /** The account's `validFrom` as it was before the proof was looked at; absent where a version before wrote it. */
  readonly under?: number | undefined;
  /** By an approval across devices in a browser that the person has not used for a while: it may have been relayed. */
  readonly across?: true | undefined;
  /** By a phone that nobody vouched for and its owner may still remove: it proves nothing to SenID's own pages, where it could keep itself. */
  readonly unvouched?: true | undefined;
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
