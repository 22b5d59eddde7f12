import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Profile } from '#config/load.ts';
import type { Clock } from '#src/kernel/clock.ts';
import type { Sealing } from '#src/kernel/sealing.ts';
import { collection, type Store } from '#src/kernel/store.ts';

/** What a store says of itself: written once, at its first start. */
export interface InstallationDocument {
  readonly id: string;
  /** What it was made for. */
  readonly profile: Profile;
  /** Tells the right key file from another without anything sealed being read. */
  readonly keyCheck: string;
  readonly createdAt: number;
  /** A restore is under way or was cut off: nothing but that restore may use the store. */
  readonly restoring?: UnfinishedRestore | undefined;
}

/** Which backup is being restored, and how. */
export interface UnfinishedRestore {
  /** The digest of the backup, and when it was made. */
  readonly backup: string;
  readonly backupOf: string;
  readonly sessions: 'kept' | 'ended';
  /** The run that works on it; one that finds another here stops. */
  readonly run: string;
}

export const installations = collection<InstallationDocument>()({
  name: 'installation',
  lifetime: 'kept',
  durability: 'flushed',
  // a backup has it in its header
  restored: 'never',
});

export const installationId = 'this';

/** A store that the settings are not for, with words for an operator. */
export class InstallationRefused extends Error {
  readonly code: 'profile_mismatch' | 'key_file_wrong' | 'restore_unfinished' | 'store_missing';
  constructor(code: InstallationRefused['code'], message: string) {
    super(message);
    this.code = code;
  }
}

const keyCheckOf = (sealing: Sealing): string =>
  createHmac('sha256', sealing.deriveKey('installation-key-check-v1')).update('senid').digest('base64url');

/**
 * Real people and trying out never share a store; development and test may.
 * @throws {InstallationRefused} `profile_mismatch`
 */
export function requireProfile(mark: InstallationDocument | undefined, profile: Profile, storeName: string): void {
  if (mark === undefined || (mark.profile === 'production') === (profile === 'production')) return;
  throw new InstallationRefused(
    'profile_mismatch',
    profile === 'production'
      ? `the store ${storeName} was made for ${mark.profile}, for trying out, and never serves production: choose another place with SENID_DATA_DIR or SENID_STORE, or set SENID_PROFILE=${mark.profile} to go on trying out`
      : `the store ${storeName} was made for production and is not for trying out: choose another place with SENID_DATA_DIR or SENID_STORE, or set SENID_PROFILE=production to work on it`,
  );
}

/** @throws {InstallationRefused} `key_file_wrong` */
export function requireKeys({ keyCheck }: InstallationDocument, sealing: Sealing, storeName: string, keyFile: string): void {
  const [expected, found] = [Buffer.from(keyCheck), Buffer.from(keyCheckOf(sealing))];
  if (expected.length === found.length && timingSafeEqual(expected, found)) return;
  throw new InstallationRefused(
    'key_file_wrong',
    `the key file ${keyFile} is not the one that the store ${storeName} was made with: restore the right copy`,
  );
}

/** Half of a backup is no store: people, locks and revocations may be missing. @throws {InstallationRefused} `restore_unfinished` */
export function requireComplete({ restoring }: InstallationDocument, storeName: string): void {
  if (restoring === undefined) return;
  throw new InstallationRefused(
    'restore_unfinished',
    `the store ${storeName} holds a part of the backup of ${restoring.backupOf}: a restore is under way or was cut off, and restoring the same file again completes it`,
  );
}

export interface InstallationUse {
  readonly profile: Profile;
  readonly storeName: string;
  readonly keyFile: string;
}

/** Marks a new store, and refuses one that was made for something else or with other keys, or is not whole. @throws {InstallationRefused} */
export async function confirmInstallation(
  { store, sealing, clock }: { readonly store: Store; readonly sealing: Sealing; readonly clock: Clock },
  { profile, storeName, keyFile }: InstallationUse,
): Promise<void> {
  const own = { id: installationId, profile, keyCheck: keyCheckOf(sealing), createdAt: clock.now() };
  let mark = await store.get(installations, installationId);
  if (mark === undefined) {
    // of several first starts at once the first decides
    await store.insert(installations, own);
    mark = (await store.get(installations, installationId)) ?? own;
  }
  requireProfile(mark, profile, storeName);
  requireComplete(mark, storeName);
  requireKeys(mark, sealing, storeName, keyFile);
}
