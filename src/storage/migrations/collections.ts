import { collection } from '#src/kernel/store.ts';

/** How far a run through one collection has come; gone when it is through. */
export interface MigrationDocument {
  /** The name of the collection. */
  readonly id: string;
  readonly to: number;
  /** Everything up to this id is of version `to`. */
  readonly after: string;
  readonly seen: number;
  readonly changed: number;
}

export const migrations = collection<MigrationDocument>()({
  name: 'migrations',
  lifetime: 'kept',
  durability: 'buffered',
  restored: 'never',
});
