import cluster from 'node:cluster';
import { AggregatorRegistry, Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** Seconds; the fine end is where token calls live, the coarse end where a person waits for a hash. */
const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** A number that is read when somebody asks for it. */
export interface Gauged {
  readonly name: string;
  readonly help: string;
  readonly read: () => number;
  /** What the numbers of several workers on one port become together; their sum, unless this says otherwise. */
  readonly workers?: 'sum' | 'average';
}

/** What a process counts. Every label has few values: routes, classes of services, acr values, OAuth errors, names of collections. */
export interface Metrics {
  request(labels: { readonly method: string; readonly route: string; readonly status: number }, tookMs: number): void;
  /** An authorization request that was answered: `outcome` is `success` or an OAuth error. */
  authorization(labels: { readonly clientClass: string; readonly acr: string; readonly outcome: string }): void;
  token(labels: { readonly grantType: string; readonly clientClass: string; readonly outcome: string }): void;
  storeCall(operation: string, collection: string, tookMs: number, failed: boolean): void;
  gauge(gauged: Gauged): void;
  /** Prometheus text format. */
  text(): Promise<{ readonly contentType: string; readonly body: string }>;
}

/** Values that callers choose are folded: a label must not grow with what strangers send. */
const methods = new Set(['GET', 'POST', 'HEAD', 'PUT', 'DELETE', 'OPTIONS']);

/** One of several workers tells its numbers when the parent asks all of them. */
function answerParent(registry: Registry): void {
  AggregatorRegistry.setRegistries([registry]);
  new AggregatorRegistry();
}

interface StoreCalls {
  readonly operation: string;
  readonly collection: string;
  readonly failed: string;
  count: number;
  seconds: number;
}

/** Kept as plain numbers and told when asked: a request calls the store many times, and each must cost next to nothing. */
function countStoreCalls(registers: Registry[]): Metrics['storeCall'] {
  const known = new Map<string, StoreCalls>();
  const tell = (counter: Counter<string>, read: (calls: StoreCalls) => number): void => {
    counter.reset();
    for (const calls of known.values()) {
      const { operation, collection, failed } = calls;
      counter.inc({ operation, collection, failed }, read(calls));
    }
  };
  const labelNames = ['operation', 'collection', 'failed'];
  const called: Counter<string> = new Counter({
    name: 'senid_store_calls_total',
    help: 'Calls of the store, by operation, collection and whether they failed.',
    labelNames,
    registers,
    collect: () => tell(called, ({ count }) => count),
  });
  const waited: Counter<string> = new Counter({
    name: 'senid_store_seconds_total',
    help: 'Seconds spent waiting for the store, by operation, collection and whether the call failed.',
    labelNames,
    registers,
    collect: () => tell(waited, ({ seconds: sum }) => sum),
  });
  return (operation, collection, tookMs, failed) => {
    const key = `${operation} ${collection} ${failed}`;
    let calls = known.get(key);
    if (calls === undefined) {
      calls = { operation, collection, failed: String(failed), count: 0, seconds: 0 };
      known.set(key, calls);
    }
    calls.count += 1;
    calls.seconds += tookMs / 1000;
  };
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  if (cluster.isWorker) answerParent(registry);
  const registers = [registry];
  collectDefaultMetrics({ register: registry, prefix: 'senid_' });
  const requests = new Histogram({
    name: 'senid_http_request_seconds',
    help: 'How long requests took, by route.',
    labelNames: ['method', 'route', 'status'],
    buckets: seconds,
    registers,
  });
  const authorizations = new Counter({
    name: 'senid_authorizations_total',
    help: 'Authorization requests that were answered, by class of service, acr reached and outcome.',
    labelNames: ['client_class', 'acr', 'outcome'],
    registers,
  });
  const tokens = new Counter({
    name: 'senid_token_requests_total',
    help: 'Calls of the token endpoint, by grant type, class of service and outcome.',
    labelNames: ['grant_type', 'client_class', 'outcome'],
    registers,
  });
  const storeCalls = countStoreCalls(registers);

  return {
    request: ({ method, route, status }, tookMs) =>
      requests.observe({ method: methods.has(method) ? method : 'other', route, status }, tookMs / 1000),
    authorization: ({ clientClass, acr, outcome }) => authorizations.inc({ client_class: clientClass, acr, outcome }),
    token: ({ grantType, clientClass, outcome }) => tokens.inc({ grant_type: grantType, client_class: clientClass, outcome }),
    storeCall: storeCalls,
    gauge({ name, help, read, workers = 'sum' }) {
      const gauge: Gauge = new Gauge({ name, help, registers, aggregator: workers, collect: () => void gauge.set(read()) });
    },
    text: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  };
}
