import { catalogue, isErrorCode } from '#src/errors/catalogue.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import type { Language } from '#src/kernel/identifier.ts';
import type { ProblemView } from './pages.ts';
import { wordsIn } from './service-page.ts';

/** What the registry says no with, for the page that shows again what was typed; a fault, and a service that is not there, are thrown further. */
export function refusedStep(thrown: unknown, language: Language): { readonly status: number; readonly problem: ProblemView } {
  if (!(thrown instanceof DomainError) || !isErrorCode(thrown.code) || thrown.code === 'client_not_found') throw thrown;
  const { status, title } = catalogue[thrown.code];
  const detail = thrown.code === 'service_changed' ? wordsIn(language).changedMeanwhile : thrown.detail;
  return { status, problem: { title: title[language], detail } };
}
