import { type InstallationDocument, installationId, installations } from '#src/storage/installation.ts';
import { peekDocument } from '#src/storage/sqlite/peek-document.ts';

/** What the store says it was made for, without making or changing anything. @throws {StoreUnavailable} when it is there and unreadable */
export async function lookAtInstallation(sqlitePath: string): Promise<InstallationDocument | undefined> {
  return peekDocument(sqlitePath, installations, installationId);
}
