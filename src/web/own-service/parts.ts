import type { AreaLimits, AreaSessionParts, AreaSessions } from '#src/area-sessions/area-sessions.ts';
import type { OwnServiceId } from '#src/clients/own-services.ts';
import type { FormTokens } from '../csrf.ts';
import type { Renderer } from '../render.ts';

/** A web area of SenID's own, as data. */
export interface AreaSettings {
  readonly clientId: OwnServiceId;
  /** Where it is, and the path of its cookies: `/console`. */
  readonly path: string;
  /** Nobody is in it below this. */
  readonly leastAcr: string;
  readonly limits: AreaLimits;
  /** Pages and forms of one person in a minute. */
  readonly callsPerMinute: number;
}

export interface AreaParts extends AreaSessionParts {
  readonly issuer: string;
  readonly renderer: Renderer;
  readonly forms: FormTokens;
}

/** What the steps of an area's sign-in share. */
export interface AreaWorkings extends AreaParts {
  readonly settings: AreaSettings;
  readonly sessions: AreaSessions;
  /** The name of the session's cookie. */
  readonly cookie: string;
}
