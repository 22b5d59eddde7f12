/** Above these a payment needs the register's own look at the face. In đồng. */
export interface PaymentPolicy {
  readonly faceAboveVnd: number;
  /** With what the same person approved at the same service on the same day. */
  readonly faceAboveVndADay: number;
}

/** @param approvedToday in đồng, without this one */
export const isFaceNeeded = ({ faceAboveVnd, faceAboveVndADay }: PaymentPolicy, amount: number, approvedToday: number): boolean =>
  amount > faceAboveVnd || approvedToday + amount > faceAboveVndADay;
