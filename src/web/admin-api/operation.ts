import type { z } from 'zod';
import type { Actor } from '#src/clients/actor.ts';
import type { ClientRegistry } from '#src/clients/registry.ts';
import * as shapes from './shapes.ts';

/** A call whose caller is known and whose parts have been read by the shapes of its operation. */
export interface AdminCall {
  readonly by: Actor;
  readonly id: string;
  /** The second identifier of the path. */
  readonly part: string;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: Readonly<Record<string, unknown>>;
  /** What `If-Match` names. */
  readonly version: string | undefined;
}

interface Answer {
  readonly body?: unknown;
  readonly etag?: string;
  /** Where a new service is. */
  readonly location?: string;
}

export interface Operation {
  readonly method: 'get' | 'post' | 'put' | 'delete';
  /** Below `/admin/v1`, parameters as `:id` and `:part`. */
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  /** The body's members all have a default. */
  readonly bodyMayBeAbsent?: true;
  readonly status: number;
  readonly answer?: z.ZodType;
  /** Whether the state that was looked at can be named by `If-Match`, or must be. */
  readonly version?: 'possible' | 'needed';
  /** What stands in a header of the answer. */
  readonly header?: 'ETag' | 'Location';
  readonly changes: boolean;
  readonly handle: (registry: ClientRegistry, call: AdminCall) => Promise<Answer>;
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
export const at = (value: unknown): number | undefined => (typeof value === 'string' ? Date.parse(value) : undefined);
export const pageOf = ({ query }: AdminCall) => ({ after: text(query['after']), limit: Number(query['limit']) });
/** A reason stands in the body where one is needed, else beside it. */
export const expected = ({ version, body, query }: AdminCall) => ({
  version,
  reason: text(body['reason']) ?? text(query['reason']),
});

/** The next page begins after the last of a full one. */
export const nextOf = (limit: number, ids: readonly string[]): object => (ids.length < limit ? {} : { next: ids.at(-1) });

export const service = '/services/:id';

/** What is asked beside the path: a list's page, or why something is changed. */
export const queryOf = ({ query, changes }: Operation): z.ZodType | undefined => query ?? (changes ? shapes.why : undefined);
