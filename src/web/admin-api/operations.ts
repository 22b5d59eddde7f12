import { credentialOperations } from './credential-operations.ts';
import type { Operation } from './operation.ts';
import { reviewOperations } from './review-operations.ts';
import { serviceOperations } from './service-operations.ts';

/** The admin API as one table: routes, checks and the OpenAPI document are made of it. */
export const operations: readonly Operation[] = [...serviceOperations, ...reviewOperations, ...credentialOperations];
