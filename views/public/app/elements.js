// Small DOM builders: text is always text, so nothing a service or a QR brings can become markup.
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(attribute, value);
    else if (value === true) made.setAttribute(attribute, '');
    else if (value !== false && value !== undefined) made.setAttribute(attribute, value);
  }
  made.append(...children.filter((child) => child !== undefined));
  return made;
}

export const isolated = (text) => element('bdi', {}, text);

export const button = (kind, text, click) => element('button', { class: kind, type: 'button', click }, text);

/** A field with its label and, where there is one, its hint. */
export function field(id, label, { hint, ...attributes } = {}) {
  const hintId = hint === undefined ? undefined : `${id}-hint`;
  return element(
    'div',
    { class: 'field' },
    element('label', { for: id }, label),
    hint === undefined ? undefined : element('p', { class: 'hint', id: hintId }, hint),
    element('input', { id, name: id, type: 'text', 'aria-describedby': hintId, ...attributes }),
  );
}
