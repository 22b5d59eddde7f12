const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** For text and quoted attributes alike. */
export const escapeHtml = (value: unknown): string =>
  String(value ?? '').replace(/[&<>"']/g, (character) => entities[character] ?? character);

/**
 * A text with `{name}` places filled in, as HTML: everything escaped, and each value isolated so that a name written right-to-left or with
 * control characters can't reorder the sentence around it.
 */
export function sentence(text: string, values: Readonly<Record<string, string | number | undefined>>): string {
  return text
    .split(/(\{[a-z]+\})/)
    .map((part) => {
      const name = /^\{([a-z]+)\}$/.exec(part)?.[1];
      return name === undefined ? escapeHtml(part) : `<bdi class="value">${escapeHtml(values[name])}</bdi>`;
    })
    .join('');
}
