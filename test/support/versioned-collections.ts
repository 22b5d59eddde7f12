import { collection } from '#src/kernel/store.ts';

/** A document that two versions know: the later one has `tier` as well. */
export interface Card {
  readonly id: string;
  readonly points: number;
  readonly tier?: 'plain' | 'gold' | undefined;
  readonly schema?: number | undefined;
}

const name = 'cards';
const declared = { name, lifetime: 'kept', durability: 'buffered' } as const;

export const cardsBefore = collection<Card>()(declared);
export const cardsNow = collection<Card>()({
  ...declared,
  upgrades: [{ reads: ['points'], fill: ({ points }) => ({ tier: points >= 100 ? 'gold' : 'plain' }) }],
});
