import type { ClientRegistry } from '#src/clients/registry.ts';
import { transitions, type Verb } from '#src/clients/states.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import { languageOf } from '../language.ts';
import type { AreaRequest } from '../own-service/area.ts';
import { serviceUrl } from './list-page.ts';
import { type Member, requireService } from './member.ts';
import type { Notice } from './pages.ts';
import type { ConsoleParts } from './parts.ts';
import { refusedStep } from './refused-step.ts';
import { say } from './said.ts';
import { type ServiceShowing, showService, wordsIn } from './service-page.ts';

type DeedVerb = Exclude<Verb, 'change'>;

const noticeOf: Record<DeedVerb, Notice> = {
  submit: 'submitted',
  withdraw: 'withdrawn',
  drop: 'dropped',
  approve: 'approved',
  refuse: 'refused',
  suspend: 'suspended',
  resume: 'resumed',
};

const isDeed = (verb: string): verb is DeedVerb => Object.hasOwn(noticeOf, verb);

/** The state that was looked at; a form without one is none of ours. */
export function versionIn({ fields }: AreaRequest): string {
  const version = fields.text('version');
  if (!/^[0-9a-z]{1,20}\.[0-9a-z]{1,20}$/.test(version)) throw new DomainError('form_expired');
  return version;
}

/** Does what a form of a service's page asks; refused, the page is shown again as it was sent. */
async function attempt(
  parts: ConsoleParts,
  request: AreaRequest,
  member: Member,
  id: string,
  work: (registry: ClientRegistry, version: string) => Promise<string>,
  showing: ServiceShowing = {},
): Promise<void> {
  await requireService(parts, member, id);
  let said: string;
  try {
    said = await work(parts.registry, versionIn(request));
  } catch (thrown) {
    return showService(parts, request, member, id, { ...showing, ...refusedStep(thrown, languageOf(request.ctx)) });
  }
  await request.goTo(serviceUrl(id), said);
}

/** Submit, withdraw, drop, approve, refuse, suspend, resume. */
export async function takeDeed(parts: ConsoleParts, request: AreaRequest, member: Member, id: string, verb: string): Promise<void> {
  if (!isDeed(verb)) throw new DomainError('page_not_found');
  const reason = request.fields.text('reason').trim().slice(0, 500);
  const typed = { verb, reason };
  const step = transitions.find((each) => each.verb === verb);
  if (step !== undefined && 'needsReason' in step && reason === '') {
    await requireService(parts, member, id);
    return showService(parts, request, member, id, {
      status: 422,
      typed,
      wrong: { reasonOf: verb },
      problem: { title: words(request).reasonMissing },
    });
  }
  const why = reason === '' ? {} : { reason };
  const work = async (registry: ClientRegistry, version: string): Promise<string> => {
    await registry[verb](id, member.actor, { version, ...why });
    return say(noticeOf[verb]);
  };
  await attempt(parts, request, member, id, work, { typed });
}

const words = ({ ctx }: AreaRequest) => wordsIn(languageOf(ctx));

const dayMs = 86_400_000;

export async function takeNewSecret(parts: ConsoleParts, request: AreaRequest, member: Member, id: string): Promise<void> {
  const days = request.fields.text('days').trim();
  const typed = { days };
  if (days !== '' && !(/^\d{1,4}$/.test(days) && Number(days) >= 1 && Number(days) <= 3650)) {
    await requireService(parts, member, id);
    return showService(parts, request, member, id, {
      status: 422,
      typed,
      wrong: { days: true },
      problem: { title: words(request).secretDaysWrong },
    });
  }
  const end = days === '' ? {} : { expiresAt: parts.clock.now() + Number(days) * dayMs };
  const work = async (registry: ClientRegistry, version: string): Promise<string> => {
    const { secret_id: secret, client_secret: value } = await registry.addSecret(id, member.actor, { version, ...end });
    return say('secret-added', { id: secret, value });
  };
  await attempt(parts, request, member, id, work, { typed });
}

export const takeSecretRevocation = (parts: ConsoleParts, request: AreaRequest, member: Member, id: string, part: string) =>
  attempt(parts, request, member, id, async (registry, version) => {
    await registry.revokeSecret(id, member.actor, { version, secretId: part });
    return say('secret-revoked');
  });

export async function takeNewTester(parts: ConsoleParts, request: AreaRequest, member: Member, id: string): Promise<void> {
  const typed = { label: request.fields.text('label').trim(), idNumber: request.fields.text('id_number').trim() };
  const work = async (registry: ClientRegistry, version: string): Promise<string> => {
    await registry.addTester(id, member.actor, { version, ...typed });
    return say('tester-added');
  };
  await attempt(parts, request, member, id, work, { typed });
}

export const takeTesterRemoval = (parts: ConsoleParts, request: AreaRequest, member: Member, id: string, part: string) =>
  attempt(parts, request, member, id, async (registry, version) => {
    await registry.removeTester(id, member.actor, { version, testerId: part });
    return say('tester-removed');
  });
