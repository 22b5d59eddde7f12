import { createHash } from 'node:crypto';
import { simulatedOutcomes } from '#src/clients/simulation.ts';
import { randomIdentifier } from '#src/kernel/random.ts';
import { languageOf } from '../language.ts';
import type { AreaRequest } from '../own-service/area.ts';
import { sendPage } from '../page-response.ts';
import { momentIn } from '../texts/moment.ts';
import { serviceRow, serviceUrl } from './list-page.ts';
import { type Member, manages, requireService, seesAll } from './member.ts';
import type { GuideView, ProblemView } from './pages.ts';
import type { ConsoleParts } from './parts.ts';
import { refusedStep } from './refused-step.ts';
import { saidView, say } from './said.ts';
import { versionIn } from './service-deeds.ts';
import { acrWords } from './service-page.ts';

/** An authorization request of the service, for a look at the pages: its code goes to the return address, where only the service can redeem it. */
function tryUrl({ issuer, random }: ConsoleParts, id: string, redirectUri: string): string {
  const query = new URLSearchParams({
    client_id: id,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid',
    state: randomIdentifier(random),
    nonce: randomIdentifier(random),
    code_challenge: createHash('sha256').update(randomIdentifier(random, 256)).digest('base64url'),
    code_challenge_method: 'S256',
  });
  return `${issuer}/auth?${query}`;
}

/** What a client library is given; never the secret. */
const configOf = (issuer: string, registered: Readonly<Record<string, unknown>>): string =>
  JSON.stringify(
    {
      issuer,
      client_id: registered['client_id'],
      redirect_uri: (registered['redirect_uris'] as readonly string[])[0],
      token_endpoint_auth_method: registered['token_endpoint_auth_method'] ?? 'client_secret_basic',
      response_type: 'code',
      scope: 'openid profile',
      code_challenge_method: 'S256',
    },
    undefined,
    2,
  );

const levelOf = (outcome: string, language: 'vi' | 'en'): string | undefined =>
  outcome.startsWith('urn:') ? acrWords(outcome, language) : undefined;

async function serviceOf(parts: ConsoleParts, request: AreaRequest, member: Member, id: string): Promise<GuideView['service']> {
  const language = languageOf(request.ctx);
  const standing = await requireService(parts, member, id);
  const { state, simulation, version } = standing;
  const isLive = state !== 'draft' && state !== 'review';
  const registered = await parts.registry.show(id, isLive ? 'working' : 'waiting');
  const [redirectUri] = registered['redirect_uris'] as readonly string[];
  const now = parts.clock.now();
  return {
    name: String(registered[`client_name#${language}`] ?? registered['client_name']),
    url: serviceUrl(id),
    version,
    state,
    config: configOf(parts.issuer, registered),
    tryUrl: state === 'sandbox' && redirectUri !== undefined ? tryUrl(parts, id, redirectUri) : undefined,
    mayManage: manages(member, standing),
    simulated:
      simulation === undefined || state !== 'sandbox' || simulation.until <= now
        ? undefined
        : {
            outcome: simulation.outcome,
            level: levelOf(simulation.outcome, language),
            until: momentIn(language, simulation.until),
          },
    outcomes: simulatedOutcomes.map((value) => ({ value, level: levelOf(value, language) })),
  };
}

/** From nothing to a first sign-in, step by step; of one service with everything that is to be copied, and the simulator. */
export async function showGuide(
  parts: ConsoleParts,
  request: AreaRequest,
  member: Member,
  id?: string,
  { status = 200, problem }: { readonly status?: number; readonly problem?: ProblemView } = {},
): Promise<void> {
  const own =
    id !== undefined
      ? []
      : await (seesAll(member) ? parts.registry.page({ limit: 50 }) : parts.registry.managedBy(member.actor.id));
  sendPage(
    request.ctx,
    parts.renderer,
    'console-guide',
    {
      me: member.view,
      said: saidView(request),
      problem,
      services: own.map(serviceRow),
      service: id === undefined ? undefined : await serviceOf(parts, request, member, id),
      discovery: `${parts.issuer}/.well-known/openid-configuration`,
    },
    { status },
  );
}

/** Forces an outcome, or ends that. */
export async function takeSimulation(parts: ConsoleParts, request: AreaRequest, member: Member, id: string): Promise<void> {
  await requireService(parts, member, id);
  const chosen = request.fields.text('outcome');
  try {
    const outcome = chosen === '' ? undefined : chosen;
    await parts.registry.simulate(id, member.actor, { outcome, version: versionIn(request) });
  } catch (thrown) {
    return showGuide(parts, request, member, id, refusedStep(thrown, languageOf(request.ctx)));
  }
  await request.goTo(`${serviceUrl(id)}/guide`, say('simulated'));
}
