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

export function field(id, label, attributes = {}) {
  return element(
    'div',
    { class: 'field' },
    element('label', { for: id }, label),
    element('input', { id, name: id, type: 'text', ...attributes }),
  );
}

export const problem = (title, text) =>
  element('div', { class: 'alert', role: 'alert', tabindex: '-1' }, element('h2', {}, title), element('p', {}, text));
