import { DomainError } from '#src/kernel/domain-error.ts';
import { leadsElsewhere } from '#src/kernel/leads-elsewhere.ts';
import { visibleLine } from '#src/kernel/visible-line.ts';

/** Shown quoted on the phone: short, readable, and nothing in it that leads elsewhere or hides what is written. */
export function checkBindingMessage(message: string | undefined, isRequired: boolean): void {
  const refuse = (detail: string): never => {
    throw new DomainError('binding_message_invalid', { detail });
  };
  if (message === undefined) {
    if (isRequired) refuse('needed where the request has no authorization_details, so that a person can tell it from another');
    return;
  }
  const text = message.normalize('NFC');
  if (text !== message) refuse('expected Unicode NFC');
  const length = [...text].length;
  if (length < 4 || length > 64) refuse('expected 4 to 64 characters');
  if (!visibleLine.test(text)) refuse('expected one line of visible characters');
  if (leadsElsewhere(text)) refuse('no links, addresses or telephone numbers');
}
