// SenID with the settings of its environment, on a store that `full-store.ts` has filled.
import { loadSettings } from '#config/load.ts';
import { serve } from '#src/serve.ts';

const running = await serve(loadSettings(process.env));
process.stdout.write('ready\n');
process.on('SIGTERM', () => void running.stop().then(() => process.exit(0)));
