import Router from '@koa/router';
import type { Context, Next } from 'koa';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { devicePolicy } from '#src/devices/policy.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import { requireDevice } from './call.ts';
import { calls } from './calls.ts';
import { enrolDevice } from './enrol.ts';
import type { DeviceApiLimits, DeviceApiParts } from './parts.ts';

const prefix = '/device/v1';

export const createDeviceApiLimits = ({ loopbackIsFree }: Pick<DeviceApiLimits, 'loopbackIsFree'>): DeviceApiLimits => ({
  loopbackIsFree,
  callsOfDevice: new RateLimiterMemory({ keyPrefix: 'device', points: devicePolicy.callsPerMinute, duration: 60 }),
  wrongCodesOfNetwork: new RateLimiterMemory({
    keyPrefix: 'enrol',
    points: devicePolicy.wrongCodesOfNetwork,
    duration: devicePolicy.wrongCodesSeconds,
  }),
});

/** Programs read these answers: refusals are problem+json whatever the caller accepts. */
async function asProgram(ctx: Context, next: Next): Promise<void> {
  ctx.request.headers['accept'] = 'application/json';
  ctx.set('Cache-Control', 'no-store');
  await next();
}

export function createDeviceApi(parts: DeviceApiParts): Router {
  const router = new Router();
  router.post(`${prefix}/enrolments`, asProgram as never, (ctx) => enrolDevice(parts, ctx));
  for (const { method, path, handle, whileLocked = false, bodyLimitBytes } of calls) {
    router[method](prefix + path, asProgram as never, async (ctx: Context) => {
      const { status, body } = await handle(parts, await requireDevice(parts, ctx, { whileLocked, bodyLimitBytes }));
      ctx.status = status;
      if (body !== undefined) ctx.body = body;
    });
  }
  router.all(`${prefix}/{*rest}`, asProgram as never, () => {
    throw new DomainError('page_not_found');
  });
  return router;
}
