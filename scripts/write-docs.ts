// Writes the generated documents: docs/errors.md and docs/configuration.md. The tests compare them with what this would write.
import { writeFileSync } from 'node:fs';
import { z } from 'zod';
import { environmentName, settingsSchema } from '#config/schema.ts';
import { catalogue } from '#src/errors/catalogue.ts';
import type { Outcome } from '#src/errors/outcome.ts';

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** The error catalogue as a table, by code. */
export function errorsDocument(): string {
  const rows = Object.entries(catalogue as Record<string, Outcome>)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(
      ([code, { status, oauth, title, nextStep, helpDesk }]) =>
        `| \`${code}\` | ${status} | ${oauth ?? ''} | ${cell(title.vi)} / ${cell(title.en)} | ${cell(nextStep.en)} | ${cell(helpDesk)} |`,
    );
  return `# Every way the service says no\n\nGenerated from \`src/errors/catalogue.ts\` by \`node scripts/write-docs.ts\`; codes are stable.\n\n| code | status | OAuth error | what people read | what to do | help desk |\n|---|---|---|---|---|---|\n${rows.join('\n')}\n`;
}

/** The settings as a table. */
export function configurationDocument(): string {
  const { properties = {} } = z.toJSONSchema(settingsSchema, { io: 'input' }) as {
    properties?: Record<string, { description?: string; default?: unknown; enum?: unknown[] }>;
  };
  const rows = Object.entries(properties).map(
    ([name, { description = '', default: fallback, enum: values }]) =>
      `| \`${environmentName(name)}\` | \`${name}\` | ${cell(description)}${values === undefined ? '' : ` One of ${values.map((value) => `\`${value}\``).join(', ')}.`} | ${fallback === undefined ? '' : `\`${fallback}\``} |`,
  );
  return `# Settings\n\nGenerated from \`config/schema.ts\` by \`node scripts/write-docs.ts\`. The environment wins over the file given with \`--config\` (JSON with the names of the second column). An unknown or bad setting stops the start with its name. Limits that law may change are dated data in \`config/policy.ts\`.\n\n| environment | file | meaning | default |\n|---|---|---|---|\n${rows.join('\n')}\n`;
}

export const documents: readonly (readonly [string, () => string])[] = [
  ['docs/errors.md', errorsDocument],
  ['docs/configuration.md', configurationDocument],
];

if (import.meta.main) for (const [file, write] of documents) writeFileSync(new URL(`../${file}`, import.meta.url), write());
