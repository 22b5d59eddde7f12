import type { Device } from './collections.ts';

/**
 * Whether nobody has vouched for it and its owner may still remove it: until then it reaches authentication level 2 at most, and does nothing that
 * would outlast its removal. `now` in milliseconds since the epoch.
 */
export const isWaiting = ({ waitingUntil = 0 }: Pick<Device, 'waitingUntil'>, now: number): boolean => now < waitingUntil;
