import { DomainError } from '#src/kernel/domain-error.ts';
import { visibleLine } from '#src/kernel/visible-line.ts';

/** As a browser reads what somebody types: wide letters and every kind of dot as plain ones. @see UTS #46 */
const asAddress = (text: string): string =>
  text
    .normalize('NFKC')
    .replace(/[\u3002\u2024\u00b7\u2022]/g, '.')
    .replace(/[\u2044\u2215\u29f8]/g, '/')
    .replace(/[\u2236\ua789]/g, ':');

const endings =
  'com|net|org|vn|info|io|xyz|top|link|click|app|site|online|example|shop|store|dev|co|me|biz|asia|cc|tv|vip|club|pro|tech|live|page|web|cloud|icu|bank|gov|edu|mobi|name|ly|gg|ai|eu|cn|ru|us';
const link = new RegExp(`://|www\\.|[\\p{L}\\p{N}]\\.(?:${endings})(?![\\p{L}\\p{N}])`, 'iu');

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
  if (link.test(asAddress(text))) refuse('no links');
}
