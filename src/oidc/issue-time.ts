import { type Clock, clockToleranceSeconds, epochSeconds } from '#src/kernel/clock.ts';

/**
 * Whether a JWT says that it was made later than now, by more than clocks differ: somebody keeps it for another day. The library looks at `iat`
 * only where there is no `exp`.
 * @see FAPI 2.0 Security Profile, 5.3.2.1
 */
export const isFromTheFuture = ({ iat }: Readonly<Record<string, unknown>>, clock: Clock): boolean =>
  iat !== undefined && !(Number(iat) <= epochSeconds(clock) + clockToleranceSeconds);
