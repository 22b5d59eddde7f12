import { z } from 'zod';
import { type AgencyName, agencies, isAgencyName } from './agencies.ts';

const flag = z.enum(['true', 'false']);
/** Takes a JSON boolean of a settings file as the environment would say it. */
const asText = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((value) => (typeof value === 'boolean' ? String(value) : value), schema);

const httpUrl = z.url({ protocol: /^https?$/, error: 'expected an http or https address' });

function wholeNumber(least: number, most: number) {
  const error = `expected a whole number from ${least} to ${most}`;
  return z.coerce.number({ error }).int({ error }).min(least, { error }).max(most, { error });
}

/** `traffic-police=https://a.example civil-status=https://b.example` */
const agencyUrls = z.string().transform((text, context) => {
  const expected = `expected NAME=ADDRESS, separated by spaces, with the names ${Object.keys(agencies).join(', ')}`;
  const found: Partial<Record<AgencyName, string>> = {};
  for (const part of text.split(/\s+/).filter(Boolean)) {
    const [, name = '', url] = /^([a-z-]+)=(.+)$/.exec(part) ?? [];
    if (isAgencyName(name) && httpUrl.safeParse(url).success) found[name] = url?.replace(/\/+$/, '') ?? '';
    else context.addIssue({ code: 'custom', message: expected });
  }
  return found;
});

/** The only description of settings: what each means, its unit and its default. Unknown keys are refused. */
export const settingsSchema = z.strictObject({
  profile: z
    .enum(['development', 'test', 'production'])
    .default('production')
    .describe(
      'What is allowed: `production` refuses everything that is only for trying out. A store is marked at its first start and serves no other; commands that are told no profile take that of the store, `demo` is `development`.',
    ),
  issuer: httpUrl
    .refine((url) => !url.endsWith('/') && !/[?#]/.test(url), 'no slash at the end, no query, no fragment')
    .optional()
    .describe(
      'The issuer identifier: the address of this provider as services know it. Default: `http://localhost` with the first port of the demo.',
    ),
  port: wholeNumber(0, 65_535).optional().describe('TCP port to listen on. Default: the first port of the demo.'),
  host: z.string().min(1).default('localhost').describe('Name or address to listen on; `0.0.0.0` for all.'),
  store: z
    .string()
    .regex(/^(sqlite:.+|mongodb(\+srv)?:\/\/[^/]+\/[^/?]+(\?.*)?)$/, 'expected sqlite:PATH or mongodb://HOSTS/DATABASE')
    .optional()
    .describe(
      '`sqlite:PATH`, one file for one server process, or `mongodb://HOSTS/DATABASE?replicaSet=NAME`, a replica set or sharded cluster for any number. Default: `senid.sqlite` in the data directory.',
    ),
  dataDir: z.string().min(1).default('.data').describe('Directory for the store and the key file.'),
  keyFile: z
    .string()
    .min(1)
    .optional()
    .describe(
      'The sealing keys (JSON, mode 0600), shared by all processes. Default: `keys.json` in the data directory; made at first start outside production, and never again for a store that is there. Production refuses keys that were made so.',
    ),
  trustProxy: asText(flag.default('false')).describe(
    '`true`: one proxy in front tells the scheme in X-Forwarded-Proto and the address as the last entry of X-Forwarded-For.',
  ),
  matcherUrl: httpUrl
    .optional()
    .describe(
      "Address of the state's matcher of faces (docs/connectors.md). Without it nothing that needs the register's look at a face can be approved.",
    ),
  agencyUrls: agencyUrls.optional().describe(
    `Addresses of the agencies that verify documents of citizens (docs/connectors.md): \`NAME=ADDRESS\`, separated by spaces; the names are ${Object.keys(
      agencies,
    )
      .map((name) => `\`${name}\``)
      .join(', ')}. Documents of an agency without an address can't be asked for.`,
  ),
  tsaUrl: httpUrl
    .optional()
    .describe(
      'Address of a time-stamp authority (RFC 3161, over HTTP) that says when signed decisions existed, with `SENID_TSA_AUTHORITIES`.',
    ),
  tsaAuthorities: z
    .string()
    .min(1)
    .optional()
    .describe("PEM file of the roots that the time-stamp authority's certificate leads to."),
  mtlsUrl: httpUrl
    .refine((url) => !url.endsWith('/') && !/[?#]/.test(url), 'no slash at the end, no query, no fragment')
    .optional()
    .describe(
      'Address of the listener that asks clients for certificates, where the proxy has one of its own for that; told in discovery as `mtls_endpoint_aliases`.',
    ),
  clientCertHeader: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9-]*$/, 'expected the name of a header')
    .optional()
    .describe(
      "The header in which the proxy in front hands on a client's certificate (RFC 9440, or PEM or DER percent-encoded), for `SENID_TRUST_PROXY` alone. The proxy must remove it from what comes from outside, also on listeners that ask for none. Without it there is no mutual TLS.",
    ),
  clientCertAuthorities: z
    .string()
    .min(1)
    .optional()
    .describe(
      'PEM file of the authorities whose certificates `tls_client_auth` takes; each must have issued them itself. Without it services register self-signed certificates (`self_signed_tls_client_auth`).',
    ),
  logLevel: z
    .enum(['silent', 'error', 'warn', 'info', 'debug'])
    .default('info')
    .describe('The least important lines that are logged.'),
  claimsPrefix: z
    .url()
    .refine((url) => url.endsWith('/'), 'a slash at the end')
    .default('https://senid.example/claims/')
    .describe('URI prefix of claims that are ours, ending in a slash.'),
  trustFramework: z
    .string()
    .min(1)
    .max(200)
    .default('https://senid.example/tf/vn-eid')
    .describe('Identifier of the rules by which people are verified here, as `trust_framework` in verified claims.'),
  openRegistration: asText(flag.optional()).describe(
    '`true`: a new service begins in the sandbox without approval, for the testers it names and people who do not exist, and may register itself at `/reg`. Never in production. Default: `true` in development.',
  ),
  outboundPrivate: asText(flag.optional()).describe(
    "`true` lets outgoing requests (a service's `jwks_uri`) reach private addresses: the demo, tests, closed networks. Default: `false` in production, else `true`.",
  ),
  metricsPort: wholeNumber(1, 65_535)
    .optional()
    .describe(
      'TCP port for `/metrics` (Prometheus), apart from the public one. In production there are no metrics without it; with `--workers` it tells of all of them together.',
    ),
  drainSeconds: z.coerce
    .number({ error: 'expected a number from 0 to 600' })
    .min(0)
    .max(600)
    .default(0)
    .describe('How long a process that was told to end still takes requests, in seconds, while a load balancer notices `/readyz`.'),
  demoPort: wholeNumber(1, 65_000).default(4000).describe('First port of the demo; portal, bank and library follow it.'),
});

/** `dataDir` → `SENID_DATA_DIR`. */
export const environmentName = (setting: string): string =>
  `SENID_${setting.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
