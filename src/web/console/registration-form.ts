import type { FormFields } from '../sign-in/form-fields.ts';
import type { ConsoleTexts } from '../texts/console-vi.ts';
import type { FormMember, RegistrationFormView } from './pages.ts';

type Registered = Readonly<Record<string, unknown>>;

/** What was typed or ticked. */
export interface TypedForm {
  readonly typed: RegistrationFormView['typed'];
  readonly claims: readonly string[];
}

type Errors = RegistrationFormView['errors'];

/** The members of a registration that the short form speaks of, and where it does. */
const fieldOfMember: Readonly<Record<string, FormMember>> = {
  client_id: 'client_id',
  client_name: 'name_vi',
  'client_name#vi': 'name_vi',
  'client_name#en': 'name_en',
  redirect_uris: 'redirects',
  class: 'kind',
  purposes: 'purpose_vi',
  allowed_claims: 'claims',
  min_acr: 'level',
};

/** Added to what is shown of a registration, and not sent back. */
const onlyShown = new Set(['state', 'waiting', 'client_id_issued_at', 'updated_at', 'client_secret_expires_at']);

const lines = (text: string): string[] =>
  text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter(Boolean);

export function readForm({ text, all }: FormFields): TypedForm {
  const typed = {
    client_id: text('client_id').trim(),
    name_vi: text('name_vi').trim(),
    name_en: text('name_en').trim(),
    redirects: text('redirects'),
    kind: text('kind'),
    purpose_vi: text('purpose_vi').trim(),
    purpose_en: text('purpose_en').trim(),
    level: text('level'),
    advanced: text('advanced'),
  };
  return { typed, claims: all('claims') };
}

interface Purpose {
  readonly id: string;
  readonly vi: string;
  readonly en: string;
}

/** A registration as the form shows it; what the form has no field for stands in the advanced one. */
export function formOf(registered: Registered): TypedForm {
  const purposes = (registered['purposes'] ?? []) as readonly Purpose[];
  const [first] = purposes;
  const hasOwnField = (name: string): boolean =>
    name in fieldOfMember && name !== 'client_name#vi' && (name !== 'purposes' || purposes.length <= 1);
  const others = Object.entries(registered).filter(([name]) => !hasOwnField(name) && !onlyShown.has(name));
  return {
    typed: {
      client_id: String(registered['client_id']),
      name_vi: String(registered['client_name#vi'] ?? registered['client_name']),
      name_en: String(registered['client_name#en'] ?? ''),
      redirects: ((registered['redirect_uris'] ?? []) as readonly string[]).join('\n'),
      kind: String(registered['class']),
      purpose_vi: first?.vi ?? '',
      purpose_en: first?.en ?? '',
      level: String(registered['min_acr']),
      advanced: others.length === 0 ? '' : JSON.stringify(Object.fromEntries(others), undefined, 2),
    },
    claims: (registered['allowed_claims'] ?? []) as readonly string[],
  };
}

function readAdvanced(text: string): Registered | string {
  if (text.trim() === '') return {};
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed as Registered;
    return '{ … }';
  } catch (fault) {
    return (fault as Error).message;
  }
}

const isWebAddress = (address: string): boolean => /^https?:\/\/\S+$/.test(address) && URL.canParse(address);

/** Everything that can be said before the registry looks, field by field. */
function errorsIn({ typed }: TypedForm, advanced: Registered | string, isNew: boolean, words: ConsoleTexts): Errors {
  const found: Partial<Record<FormMember, string>> = {};
  const says = (name: string): boolean => typeof advanced === 'object' && Object.hasOwn(advanced, name);
  if (isNew && typed.client_id === '') found.client_id = words.required;
  else if (isNew && !/^[a-z0-9][a-z0-9._-]{1,63}$/.test(typed.client_id)) found.client_id = words.idWrong;
  for (const [member, name] of [
    ['name_vi', 'client_name'],
    ['name_en', 'client_name#en'],
    ['purpose_vi', 'purposes'],
    ['purpose_en', 'purposes'],
    ['redirects', 'redirect_uris'],
  ] as const)
    if (typed[member].trim() === '' && !says(name)) found[member] = words.required;
  const wrong = lines(typed.redirects).find((address) => !isWebAddress(address));
  if (wrong !== undefined && !says('redirect_uris')) found.redirects = words.redirectsWrong.replace('{value}', () => wrong);
  if (typeof advanced === 'string') found.advanced = words.advancedWrong.replace('{value}', () => advanced);
  return found;
}

export type ReadRegistration = { readonly json: Registered; readonly errors?: undefined } | { readonly errors: Errors };

/** The registration that a form asks for; `before` is what it changes. */
export function registrationOf(form: TypedForm, before: Registered | undefined, words: ConsoleTexts): ReadRegistration {
  const { typed, claims } = form;
  const advanced = readAdvanced(typed.advanced);
  const errors = errorsIn(form, advanced, before === undefined, words);
  if (Object.keys(errors).length > 0 || typeof advanced === 'string') return { errors };
  const [first] = (before?.['purposes'] ?? []) as readonly Purpose[];
  const json = {
    client_name: typed.name_vi,
    'client_name#en': typed.name_en,
    redirect_uris: lines(typed.redirects),
    class: typed.kind,
    purposes: [{ id: first?.id ?? 'sign-in', vi: typed.purpose_vi, en: typed.purpose_en }],
    allowed_claims: claims,
    min_acr: typed.level,
    ...advanced,
    client_id: before === undefined ? typed.client_id : String(before['client_id']),
  };
  return { json };
}

/** The field that a refusal of the registry (`member: why`) belongs to. */
export function errorsOfRefusal(detail: string | undefined, words: ConsoleTexts): Errors {
  const [, member = ''] = /^([A-Za-z0-9_#-]+)/.exec(detail ?? '') ?? [];
  const field = fieldOfMember[member] ?? 'advanced';
  return { [field]: words.memberProblem.replace('{value}', () => detail ?? member) };
}
