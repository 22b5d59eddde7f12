import { z } from 'zod';
import { actingForHeader, actingForShape, roleOfScope } from './caller.ts';
import { type Operation, queryOf } from './operation.ts';
import { operations } from './operations.ts';
import { problem } from './shapes.ts';

const schemaOf = (shape: z.ZodType, io: 'input' | 'output'): object => {
  const { $schema: _, ...schema } = z.toJSONSchema(shape, { io });
  return schema;
};

const reference = (name: string): object => ({ $ref: `#/components/schemas/${name}` });
const capital = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);
const openApiPath = (path: string): string => path.replace(/:(\w+)/g, '{$1}');

const pathParameters = ({ path }: Operation): object[] =>
  [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));

function queryParameters(operation: Operation): object[] {
  const query = queryOf(operation);
  if (query === undefined) return [];
  const { properties = {} } = schemaOf(query, 'input') as { properties?: Record<string, { description?: string }> };
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    ...(description === undefined ? {} : { description }),
    schema,
  }));
}

function headerParameters({ changes, version: kind }: Operation): object[] {
  if (!changes) return [];
  const version = { name: 'If-Match', in: 'header', required: kind === 'needed', schema: { type: 'string' } };
  const person = { name: actingForHeader, in: 'header', schema: { type: 'string', pattern: actingForShape.source } };
  return [
    ...(kind === undefined
      ? []
      : [{ ...version, description: 'the ETag of what was looked at; another state is refused with 412' }]),
    {
      ...person,
      description: 'the person for whom the caller acts; stands in the history, and makes no second person of one caller',
    },
  ];
}

const json = (schema: object): object => ({ 'application/json': { schema } });

function operationObject(operation: Operation): object {
  const { operationId, summary, body, bodyMayBeAbsent, status, answer, header } = operation;
  const problems = { description: 'no, and why', content: { 'application/problem+json': { schema: reference('Problem') } } };
  const done = answer === undefined ? {} : { content: json(reference(capital(operationId))) };
  const headers = header === undefined ? {} : { headers: { [header]: { required: true, schema: { type: 'string' } } } };
  return {
    operationId,
    summary,
    parameters: [...pathParameters(operation), ...queryParameters(operation), ...headerParameters(operation)],
    ...(body === undefined ? {} : { requestBody: { required: bodyMayBeAbsent !== true, content: json(schemaOf(body, 'input')) } }),
    responses: { [status]: { description: 'done', ...headers, ...done }, default: problems },
  };
}

/** The OpenAPI document of the admin API, made of the table that its routes are made of. */
export function openApiDocument(issuer: string): Readonly<Record<string, unknown>> {
  const paths: Record<string, Record<string, object>> = {};
  for (const operation of operations) {
    const path = openApiPath(operation.path);
    paths[path] = { ...paths[path], [operation.method]: operationObject(operation) };
  }
  const answers = operations.flatMap(({ operationId, answer }) =>
    answer === undefined ? [] : [[capital(operationId), schemaOf(answer, 'output')] as const],
  );
  const scopes = Object.fromEntries(
    Object.entries(roleOfScope).map(([scope, role]) => [scope, role === undefined ? 'reads' : `reads, and acts as ${role}`]),
  );
  return {
    openapi: '3.1.0',
    info: { title: 'SenID admin API', version: '1', description: 'The registry of services, for internal services of SenID.' },
    servers: [{ url: `${issuer}/admin/v1` }],
    security: [{ service: [] }],
    paths,
    components: {
      schemas: { Problem: schemaOf(problem, 'output'), ...Object.fromEntries(answers) },
      securitySchemes: {
        service: { type: 'oauth2', flows: { clientCredentials: { tokenUrl: `${issuer}/token`, scopes } } },
      },
    },
  };
}
