// Documents as people read them; the same words as on the consent page.

/** The kinds there are, by the names of their claims. */
export const documentNames = [
  'driving_licence',
  'health_insurance',
  'social_insurance',
  'vehicle_registration',
  'marriage_certificate',
  'birth_certificate',
];

export const isDocument = (name) => documentNames.includes(name);

const dayInVietNam = (ms) => new Date(ms + 7 * 3_600_000).toISOString().slice(0, 10);

function memberWords(value, t, dateWords) {
  if (typeof value === 'boolean') return t.values[value];
  if (Array.isArray(value)) return value.join(', ');
  if (/^\d{4}-\d\d-\d\dT/.test(value)) return dateWords(dayInVietNam(Date.parse(value)));
  return /^\d{4}-\d\d-\d\d$/.test(value) ? dateWords(value) : String(value);
}

/** A member a line; where there is none that could leave, that there is none. */
export function documentWords(value, t, dateWords) {
  if (typeof value !== 'object' || value === null) return t.noDocument;
  return Object.keys(t.document)
    .filter((name) => value[name] !== undefined)
    .map((name) => `${t.document[name]}: ${memberWords(value[name], t, dateWords)}`)
    .join('\n');
}
