declare const brand: unique symbol;

/** A string that the compiler keeps apart from other strings. */
export type Branded<Name extends string> = string & { readonly [brand]: Name };

export type AccountId = Branded<'AccountId'>;
export type DeviceId = Branded<'DeviceId'>;
export type ApprovalId = Branded<'ApprovalId'>;

/** Text in the two languages of the service. */
export interface LocalizedText {
  readonly vi: string;
  readonly en: string;
}
export type Language = keyof LocalizedText;
