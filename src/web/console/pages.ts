import type { Role } from '#src/clients/actor.ts';
import type { ServiceState, Verb } from '#src/clients/states.ts';
import type { ConsoleTexts } from '../texts/console-vi.ts';

export type Notice = keyof ConsoleTexts['notices'];

/** Who looks at a page of the console. */
export interface MeView {
  readonly name: string;
  readonly roles: readonly Role[];
  readonly csrf: string;
  readonly mayCreate: boolean;
}

/** What the page before has done. */
interface SaidView {
  readonly notice?: Notice | undefined;
  /** A secret, shown this once. */
  readonly secret?: { readonly id: string; readonly value: string } | undefined;
}

export interface ProblemView {
  readonly title: string;
  readonly detail?: string | undefined;
}

export interface ServiceRow {
  readonly url: string;
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly state: ServiceState;
  readonly waiting: 'draft' | 'review' | undefined;
}

export interface ChangeRow {
  readonly member: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

export interface DeedView {
  readonly verb: Exclude<Verb, 'change'>;
  readonly needsReason: boolean;
  /** It is one's own version. */
  readonly isOwnHand: boolean;
  readonly typedReason: string;
  readonly reasonMissing: boolean;
}

interface StoppedView {
  readonly who: string;
  readonly reason: string;
}

export interface ServiceView {
  readonly me: MeView;
  readonly said: SaidView;
  readonly problem?: ProblemView | undefined;
  readonly id: string;
  readonly name: string;
  readonly url: string;
  /** The state that was looked at: a step that was sent with it is taken from no other. */
  readonly version: string;
  readonly state: ServiceState;
  readonly suspension?: StoppedView | undefined;
  readonly works?: RegistrationView | undefined;
  readonly waits?:
    | (RegistrationView & {
        readonly stage: 'draft' | 'review';
        readonly target: 'sandbox' | 'production';
        readonly hands: string;
        readonly refusal?: StoppedView | undefined;
        readonly changes: readonly ChangeRow[];
        /** The services that know people by the same identifiers; empty where there are none. */
        readonly shares: string;
      })
    | undefined;
  readonly deeds: readonly DeedView[];
  readonly mayManage: boolean;
  readonly isSandbox: boolean;
  readonly managers: readonly string[];
  readonly secrets: readonly {
    readonly id: string;
    readonly made: string;
    readonly ends: string | undefined;
    readonly isOver: boolean;
  }[];
  readonly testers: readonly { readonly id: string; readonly label: string }[];
  readonly history: readonly {
    readonly action: string;
    readonly at: string;
    readonly who: string;
    readonly via: string;
    readonly reason: string | undefined;
    readonly changes: readonly ChangeRow[];
  }[];
  readonly typed: { readonly days: string; readonly label: string; readonly idNumber: string };
  readonly wrong: { readonly days?: boolean; readonly tester?: string };
}

export interface RegistrationView {
  readonly name: string;
  readonly redirects: readonly string[];
  readonly kind: string;
  readonly level: string;
  readonly purposes: readonly string[];
  readonly claims: readonly string[];
  readonly json: string;
}

/** Every member of the short form. */
export const formMembers = [
  'client_id',
  'name_vi',
  'name_en',
  'redirects',
  'kind',
  'purpose_vi',
  'purpose_en',
  'claims',
  'level',
  'advanced',
] as const;
export type FormMember = (typeof formMembers)[number];

export interface RegistrationFormView {
  readonly me: MeView;
  readonly isNew: boolean;
  readonly isSandbox: boolean;
  readonly name: string;
  readonly action: string;
  readonly backUrl: string;
  readonly version: string;
  readonly problem?: ProblemView | undefined;
  readonly typed: Readonly<Record<Exclude<FormMember, 'claims'>, string>>;
  readonly errors: Readonly<Partial<Record<FormMember, string>>>;
  readonly kinds: readonly string[];
  readonly claims: readonly {
    readonly name: string;
    readonly label: string;
    readonly isVerified: boolean;
    readonly isChosen: boolean;
  }[];
  readonly levels: readonly { readonly value: string; readonly label: string }[];
}

export interface GuideView {
  readonly me: MeView;
  readonly said: SaidView;
  readonly problem?: ProblemView | undefined;
  readonly services: readonly ServiceRow[];
  readonly service?:
    | {
        readonly name: string;
        readonly url: string;
        readonly version: string;
        readonly state: ServiceState;
        readonly config: string;
        readonly tryUrl: string | undefined;
        readonly mayManage: boolean;
        readonly simulated?: { readonly outcome: string; readonly level: string | undefined; readonly until: string } | undefined;
        readonly outcomes: readonly { readonly value: string; readonly level: string | undefined }[];
      }
    | undefined;
  readonly discovery: string;
}

/** The pages of `/console`. */
export interface ConsolePages {
  'console-no-role': { readonly name: string; readonly csrf: string };
  'console-services': {
    readonly me: MeView;
    readonly said: SaidView;
    readonly services: readonly ServiceRow[];
    readonly nextUrl?: string | undefined;
  };
  'console-service': ServiceView;
  'console-form': RegistrationFormView;
  'console-guide': GuideView;
}
