import type { UsedApproval } from '#src/approvals/approvals.ts';
import type { Client } from '#src/clients/client.ts';
import type { ConsentDocument } from '#src/consent/collections.ts';
import type { ConsentPlan } from '#src/consent/consent-plan.ts';
import type { LocalizedText } from '#src/kernel/identifier.ts';

/** Who withdrew and who decided may have been heard by two processes. */
const clocksDifferMs = 1000;

const isSame = (one: LocalizedText | undefined, other: LocalizedText | undefined): boolean =>
  one !== undefined && one.vi === other?.vi && one.en === other?.en;

/**
 * What a phone's decision still says when the page takes it up. Granted: claims whose purpose read there as it is registered now, and none if
 * the person has withdrawn something from this service since they decided. Told: claims whose legal basis read so. The rest is for the page.
 */
export function heldFromPhone(
  { granted, shown, decidedAt }: Pick<UsedApproval, 'granted' | 'shown' | 'decidedAt'>,
  { client, plan, consent }: { readonly client: Client; readonly plan: ConsentPlan; readonly consent: ConsentDocument | undefined },
): { readonly granted: readonly string[]; readonly plan: ConsentPlan } {
  const withdrawnSince = Object.values(consent?.withdrawals ?? {}).some(({ at }) => at >= decidedAt - clocksDifferMs);
  const basisOf = (name: string) => client.policy.legalBasis.find(({ claim }) => claim === name)?.text;
  return {
    granted: withdrawnSince ? [] : granted.filter((name) => isSame(shown[name]?.purpose, plan.purpose)),
    plan: {
      ...plan,
      informed: plan.informed.filter(
        ({ name }) => isSame(shown[name]?.purpose, plan.purpose) && isSame(shown[name]?.legal_basis, basisOf(name)),
      ),
    },
  };
}
