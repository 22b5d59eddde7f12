import type { Context, Next } from 'koa';

/** Whether this process is about to end. */
export interface Draining {
  readonly isDraining: () => boolean;
  /** From now on answers ask their caller to use another connection, which a load balancer gives to another process. */
  begin(): void;
  readonly middleware: (ctx: Context, next: Next) => Promise<void>;
}

export function createDraining(): Draining {
  let draining = false;
  return {
    isDraining: () => draining,
    begin: () => {
      draining = true;
    },
    middleware: (ctx, next) => {
      if (draining) ctx.set('Connection', 'close');
      return next();
    },
  };
}
