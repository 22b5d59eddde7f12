import { context, type Context as OpenTelemetryContext, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Sampler } from '@opentelemetry/sdk-trace';
import type { Context, Next } from 'koa';

type Variables = Readonly<Record<string, string | undefined>>;

/** The standard switches of OpenTelemetry: an address for traces, and nothing that turns them off. */
export const isTracingAsked = (env: Variables): boolean =>
  env['OTEL_SDK_DISABLED'] !== 'true' &&
  env['OTEL_TRACES_EXPORTER'] !== 'none' &&
  (env['OTEL_EXPORTER_OTLP_ENDPOINT'] ?? env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] ?? '') !== '';

type Sdk = typeof import('@opentelemetry/sdk-trace');

/** `OTEL_TRACES_SAMPLER`: everything unless told otherwise, and whatever the caller decided for its own trace. */
function samplerOf(
  { AlwaysOffSampler, AlwaysOnSampler, ParentBasedSampler, TraceIdRatioBasedSampler }: Sdk,
  env: Variables,
): Sampler {
  const name = env['OTEL_TRACES_SAMPLER'] ?? 'parentbased_always_on';
  const root = name.endsWith('always_off')
    ? new AlwaysOffSampler()
    : name.endsWith('traceidratio')
      ? new TraceIdRatioBasedSampler(Number(env['OTEL_TRACES_SAMPLER_ARG'] ?? 1))
      : new AlwaysOnSampler();
  return name.startsWith('parentbased_') ? new ParentBasedSampler({ root }) : root;
}

/** Starts sending traces where the environment says; gives the function that sends the last ones and stops. */
export async function startTracing(env: Variables): Promise<() => Promise<void>> {
  // loaded only where it is used: a process without tracing starts without it
  const [sdk, { OTLPTraceExporter }, resources, { AsyncLocalStorageContextManager }, { W3CTraceContextPropagator }] =
    await Promise.all([
      import('@opentelemetry/sdk-trace'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
      import('@opentelemetry/context-async-hooks'),
      import('@opentelemetry/core'),
    ]);
  const named = resources.resourceFromAttributes({ 'service.name': 'senid' });
  const provider = new sdk.TracerProvider({
    resource: named.merge(resources.detectResources({ detectors: [resources.envDetector] })),
    sampler: samplerOf(sdk, env),
    spanProcessors: [new sdk.BatchSpanProcessor({ exporter: new OTLPTraceExporter() })],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(provider);
  return () => provider.shutdown();
}

/** One span for each request, a child of the caller's where it says so (`traceparent`). Attributes are routes and statuses, nothing else. */
export function traceRequests(routeOf: (path: string) => string) {
  const tracer = trace.getTracer('senid');
  return async (ctx: Context, next: Next): Promise<void> => {
    const route = routeOf(ctx.path);
    const parent: OpenTelemetryContext = propagation.extract(context.active(), ctx.headers);
    const attributes = { 'http.request.method': ctx.method, 'http.route': route };
    await tracer.startActiveSpan(`${ctx.method} ${route}`, { kind: SpanKind.SERVER, attributes }, parent, async (span) => {
      try {
        await next();
      } finally {
        span.setAttribute('http.response.status_code', ctx.status);
        span.setAttribute('senid.reference', String(ctx.state['reference']));
        if (ctx.status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
        span.end();
      }
    });
  };
}

/** A span for one call of the store, inside the request's. */
export function traceStoreCall(operation: string, collection: string, tookMs: number, failed: boolean): void {
  const now = Date.now();
  const span = trace.getTracer('senid').startSpan(`store ${operation} ${collection}`, {
    kind: SpanKind.CLIENT,
    startTime: now - tookMs,
    attributes: { 'db.operation.name': operation, 'db.collection.name': collection },
  });
  if (failed) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end(now);
}
