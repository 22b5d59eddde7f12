import { asUnavailable, mayAskAgain } from './faults.ts';

/**
 * Asks again once when the primary has just changed: a read that is sent as a command has no retry of the driver's own.
 * @throws {StoreUnavailable}
 */
export async function reading<Result>(ask: () => Promise<Result>): Promise<Result> {
  try {
    return await ask();
  } catch (fault) {
    if (!mayAskAgain(fault)) throw asUnavailable(fault);
    return ask().catch((again: unknown) => Promise.reject(asUnavailable(again)));
  }
}

/** A write, with the driver's faults as the port says them. @throws {StoreUnavailable} */
export async function writing<Result>(write: () => Promise<Result>): Promise<Result> {
  try {
    return await write();
  } catch (fault) {
    throw asUnavailable(fault);
  }
}
