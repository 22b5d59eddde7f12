import { Ajv } from 'ajv';

const dateTime = { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}Z$' };
const day = { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}$' };
const text = { type: 'string', minLength: 1 };

/** An object of these members alone, and never an empty one. */
const only = (required: readonly string[], properties: object) => ({
  type: 'object',
  required,
  properties,
  additionalProperties: false,
  minProperties: 1,
});
const listOf = (items: object) => ({ type: 'array', minItems: 1, items });

const checks = listOf(only(['check_method'], { check_method: text, organization: text, time: dateTime }));

const seenDocument = only(['type'], {
  type: { const: 'document' },
  check_details: checks,
  document_details: only(['type'], {
    type: text,
    date_of_issuance: day,
    date_of_expiry: day,
    issuer: only([], { name: text }),
  }),
});

const comparedRecord = only(['type'], {
  type: { const: 'electronic_record' },
  check_details: checks,
  record: only(['type'], { type: text, source: only([], { name: text }) }),
});

const verifiedClaims = only(['verification', 'claims'], {
  verification: only(['trust_framework'], {
    trust_framework: text,
    assurance_level: { enum: ['level1', 'level2'] },
    time: dateTime,
    evidence: listOf({ anyOf: [seenDocument, comparedRecord] }),
  }),
  claims: { type: 'object', minProperties: 1, additionalProperties: { not: { type: 'null' } } },
});

/**
 * What an answer with verified claims looks like: the published rules for the shape, in our own words, and no element beyond those that
 * SenID says.
 * @see OpenID Identity Assurance Schema Definition 1.0, 5
 */
export const answerSchema = { anyOf: [verifiedClaims, listOf(verifiedClaims)] };

const validate = new Ajv({ strict: true, allErrors: true }).compile(answerSchema);

/** What is wrong with the shape of an answer; empty when nothing is. */
export function shapeFaults(answer: unknown): string[] {
  return validate(answer) ? [] : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}
