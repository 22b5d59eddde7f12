import { describe } from 'vitest';
import { systemRandom } from '#src/kernel/random.ts';
import { createLocalSignals } from '#src/storage/signals-local.ts';
import { signalsContract } from './signals-contract.ts';

describe('inside one process', () =>
  signalsContract(async () => [{ signals: createLocalSignals({ random: systemRandom }), close: () => undefined }], 1));
