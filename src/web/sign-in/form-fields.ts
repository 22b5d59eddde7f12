import type { Context } from 'koa';

export interface FormFields {
  readonly has: (name: string) => boolean;
  readonly text: (name: string) => string;
  readonly all: (name: string) => readonly string[];
}

/** A parsed form body as text, whatever was sent: repeated, nested or missing fields never surprise a handler. */
export function formFields(ctx: Context): FormFields {
  const body = ((ctx.request as { body?: unknown }).body ?? {}) as Readonly<Record<string, unknown>>;
  const all = (name: string): readonly string[] => {
    const value = Object.hasOwn(body, name) ? body[name] : undefined;
    return (Array.isArray(value) ? value : [value]).filter((entry): entry is string => typeof entry === 'string');
  };
  return { all, has: (name) => all(name).length > 0, text: (name) => all(name)[0] ?? '' };
}
