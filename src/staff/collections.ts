import type { Role } from '#src/clients/actor.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import { collection } from '#src/kernel/store.ts';

/** The roles of one person; the id is the account's. */
export interface StaffDocument {
  readonly id: AccountId;
  readonly roles: readonly Role[];
  readonly changedAt: number;
}

export const staff = collection<StaffDocument>()({ name: 'staff', lifetime: 'kept', durability: 'flushed' });
