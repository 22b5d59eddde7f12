import type { AccountId } from '#src/kernel/identifier.ts';
import type { Account, IdentityLevel } from './account.ts';

/** Finds accounts. */
export interface AccountDirectory {
  get(id: AccountId): Promise<Account | undefined>;
  /** By personal ID number or foreigner number, as typed (spaces allowed). Costs the same whether or not it exists. */
  findByIdNumber(idNumber: string): Promise<Account | undefined>;
  /** By a mobile phone number, national or E.164. Costs the same whether or not it exists. */
  findByPhone(phone: string): Promise<Account | undefined>;
}

/** A document as an import line names it. */
export interface LineDocument {
  readonly type: string;
  readonly number: string;
}

/** What becomes of the documents that import lines name. */
export interface LineDocuments<Checked extends LineDocument = LineDocument> {
  /** @throws {DomainError} what is wrong with one, or that people of this level have none */
  check(said: readonly LineDocument[], identityLevel: IdentityLevel): readonly Checked[];
  /** Before the accounts themselves are written; what is there already stays. */
  keep(opened: readonly { readonly accountId: AccountId; readonly documents: readonly Checked[] }[]): Promise<void>;
}

/** Who is asking and from where, for limits that must not lock a victim out. */
export interface Caller {
  /** The client address as the proxy tells it. */
  readonly address: string;
  /** The browser's own long-lived random cookie, when it has one. */
  readonly browser: string | undefined;
}

/** Checks what a person knows or holds at the keyboard. */
export interface KeyboardAuthentication {
  /**
   * Gives the account, or undefined for a wrong password, an unknown person, a locked or closed account: alike in answer and time.
   * @throws {DomainError} `sign_in_slowed` (429) after too many wrong entries, `hashing_busy` (503) when the queue is full
   */
  verifyPassword(idNumber: string, password: string, caller: Caller): Promise<Account | undefined>;
  /**
   * True when the code is right and was not used before.
   * @throws {DomainError} `sign_in_slowed`
   */
  verifyTotp(accountId: AccountId, code: string, caller: Caller): Promise<boolean>;
}
