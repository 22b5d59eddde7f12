import { acrValues } from '#config/acr.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import { languageOf } from '../language.ts';
import type { AreaRequest } from '../own-service/area.ts';
import { sendPage } from '../page-response.ts';
import { claimLabel } from '../texts/claims.ts';
import { serviceUrl } from './list-page.ts';
import { type Member, manages, requireService } from './member.ts';
import type { ProblemView, RegistrationFormView } from './pages.ts';
import type { ConsoleParts } from './parts.ts';
import { refusedStep } from './refused-step.ts';
import { errorsOfRefusal, formOf, readForm, registrationOf, type TypedForm } from './registration-form.ts';
import { say } from './said.ts';
import { versionIn } from './service-deeds.ts';
import { acrWords, wordsIn } from './service-page.ts';

/** What the form is of: a new service, or one that there is, as it is changed now. */
interface Subject {
  readonly id: string | undefined;
  readonly before: Readonly<Record<string, unknown>> | undefined;
  readonly version: string;
  readonly isSandbox: boolean;
}

interface FormShowing extends TypedForm {
  readonly status?: number;
  readonly errors?: RegistrationFormView['errors'];
  readonly problem?: ProblemView;
}

const emptyForm: TypedForm = {
  typed: {
    client_id: '',
    name_vi: '',
    name_en: '',
    redirects: '',
    kind: 'private',
    purpose_vi: '',
    purpose_en: '',
    level: String(acrValues[0]),
    advanced: '',
  },
  claims: [],
};

/** @throws {DomainError} `service_role_missing`, `client_not_found` */
async function subjectOf(parts: ConsoleParts, member: Member, id: string | undefined): Promise<Subject> {
  if (id === undefined) {
    if (!member.view.mayCreate) throw new DomainError('service_role_missing', { detail: 'a manager' });
    return { id, before: undefined, version: '', isSandbox: false };
  }
  const standing = await requireService(parts, member, id);
  if (!manages(member, standing)) throw new DomainError('service_role_missing', { detail: 'a manager of this service' });
  const before = await parts.registry.show(id, standing.waiting === undefined ? 'working' : 'waiting');
  return { id, before, version: standing.version, isSandbox: standing.state === 'sandbox' };
}

function send(
  parts: ConsoleParts,
  { ctx }: AreaRequest,
  member: Member,
  subject: Subject,
  { typed, claims, status = 200, errors = {}, problem }: FormShowing,
): void {
  const { id } = subject;
  const language = languageOf(ctx);
  sendPage(
    ctx,
    parts.renderer,
    'console-form',
    {
      me: member.view,
      isNew: id === undefined,
      isSandbox: subject.isSandbox,
      name: typed.name_vi || typed.client_id,
      action: id === undefined ? '/console/new' : `${serviceUrl(id)}/edit`,
      backUrl: id === undefined ? '/console' : serviceUrl(id),
      version: subject.version,
      problem,
      typed,
      errors,
      kinds:
        member.actor.roles.includes('operator') || typed.kind === 'internal'
          ? ['public', 'private', 'internal']
          : ['public', 'private'],
      claims: [...parts.catalogue].map(([name, { verifies }]) => ({
        name,
        label: claimLabel(name, language),
        isVerified: verifies !== undefined,
        isChosen: claims.includes(name),
      })),
      levels: acrValues.map((value) => ({ value, label: acrWords(value, language) })),
    },
    { status },
  );
}

/** The form, empty or as the service stands; of one with a version that waits, that version. */
export async function showForm(parts: ConsoleParts, request: AreaRequest, member: Member, id?: string): Promise<void> {
  const subject = await subjectOf(parts, member, id);
  send(parts, request, member, subject, subject.before === undefined ? emptyForm : formOf(subject.before));
}

/** Saves what was typed; what is wrong stands at its field, and everything typed stays. */
export async function takeForm(parts: ConsoleParts, request: AreaRequest, member: Member, id?: string): Promise<void> {
  const subject = await subjectOf(parts, member, id);
  const language = languageOf(request.ctx);
  const words = wordsIn(language);
  const form = readForm(request.fields);
  const read = registrationOf(form, subject.before, words);
  if (read.errors !== undefined) return send(parts, request, member, subject, { ...form, status: 422, errors: read.errors });
  const expected = id === undefined ? { isNew: true } : { version: versionIn(request) };
  try {
    const { client_id: saved, client_secret: value } = await parts.registry.propose(read.json, member.actor, expected);
    const secret = value === undefined ? undefined : { id: saved, value };
    await request.goTo(serviceUrl(saved), say(id === undefined ? 'created' : 'saved', secret));
  } catch (thrown) {
    const { status, problem } = refusedStep(thrown, language);
    const { code, detail } = thrown as DomainError;
    const errors =
      code === 'client_metadata_invalid'
        ? errorsOfRefusal(detail, words)
        : code === 'service_exists'
          ? { client_id: problem.title }
          : undefined;
    send(parts, request, member, subject, { ...form, status, ...(errors === undefined ? { problem } : { errors }) });
  }
}
