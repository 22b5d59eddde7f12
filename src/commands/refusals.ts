import { SettingsError } from '#config/load.ts';
import { catalogue, isErrorCode } from '#src/errors/catalogue.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import { StoreUnavailable } from '#src/kernel/store.ts';
import { ClockRefused } from '#src/observation/clock-watch.ts';
import { PhoneRefused } from '#src/phone/device-client.ts';
import { BackupRefused } from '#src/storage/backup/backup-refused.ts';
import { InstallationRefused } from '#src/storage/installation.ts';
import { KeyFileError } from '#src/storage/key-file.ts';
import { MigrationRefused } from '#src/storage/migrations/migrate.ts';

/** What the operating system says no with. */
const systemCodes = {
  ENOENT: 'file_not_found',
  EISDIR: 'file_unusable',
  ENOTDIR: 'file_unusable',
  EACCES: 'file_unusable',
  EPERM: 'file_unusable',
  EROFS: 'file_unusable',
  ENOSPC: 'file_unusable',
  ENAMETOOLONG: 'file_unusable',
  ECONNREFUSED: 'unreachable',
  EADDRINUSE: 'port_in_use',
  EADDRNOTAVAIL: 'host_unusable',
  ENOTFOUND: 'host_unusable',
} as const;

/** What a command refuses by itself, with words for an operator. */
export class CommandRefused extends Error {
  readonly code: 'bench_missing';
  constructor(code: CommandRefused['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** Refusals that carry their code and their words. */
const saidInWords = [
  CommandRefused,
  ClockRefused,
  PhoneRefused,
  KeyFileError,
  InstallationRefused,
  BackupRefused,
  MigrationRefused,
];

/** What is said of a command that was refused; undefined for a fault of ours. */
export function refusalOf(thrown: unknown): { code: string; detail: string } | undefined {
  if (thrown instanceof DomainError) {
    const title = isErrorCode(thrown.code) ? catalogue[thrown.code].title.en : thrown.code;
    return { code: thrown.code, detail: thrown.detail === undefined ? title : `${title}: ${thrown.detail}` };
  }
  for (const refusal of saidInWords) if (thrown instanceof refusal) return { code: thrown.code, detail: thrown.message };
  if (thrown instanceof SettingsError) return { code: 'settings_invalid', detail: thrown.message };
  if (thrown instanceof StoreUnavailable) return { code: 'store_unavailable', detail: thrown.message };
  const { code, message } = (thrown ?? {}) as { code?: unknown; message?: string };
  if (typeof code === 'string' && Object.hasOwn(systemCodes, code))
    return { code: systemCodes[code as keyof typeof systemCodes], detail: message ?? code };
  return undefined;
}
