import { collection } from '#src/kernel/store.ts';
import type { Client } from './client.ts';

/** `secret` is sealed. Members of `Client` are kept as they are: a registration is not personal data. */
export interface ClientDocument extends Client {
  readonly schema: 1;
  readonly secret?: string | undefined;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export const clients = collection<ClientDocument>()({ name: 'clients', lifetime: 'kept', durability: 'flushed' });
