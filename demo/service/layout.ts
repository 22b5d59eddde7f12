import { type Html, html } from './html.ts';
import type { SignedIn } from './sessions.ts';
import { type Language, levelInWords, troubleInWords, type Words } from './words.ts';

export interface Look {
  readonly name: Words;
  readonly lead: Words;
  /** The one colour that tells the services apart; white on it is readable. */
  readonly colour: string;
  /** The same for text on a dark ground. */
  readonly light: string;
}

/** Somebody's browser, as a page of the service sees it. */
export interface Visitor {
  readonly language: Language;
  readonly signedIn: SignedIn | undefined;
  /** The code of what went wrong. */
  readonly error: string | undefined;
  readonly notice: string | undefined;
}

/** The service's whole stylesheet. */
export const stylesheet = ({ colour, light }: Look): string => `
:root{--c:${colour};--text:${colour};--ink:#1c1b1f;--paper:#f7f7f5;--card:#fff;--muted:#5b5866;--line:#ddd8e0;--border:#8a8594;--error:#b3261e;--leaf:#1b6b50;color-scheme:light dark}
@media (prefers-color-scheme:dark){:root{--text:${light};--ink:#f2f0f4;--paper:#161519;--card:#212026;--muted:#bdb7c4;--line:#3b3841;--error:#ffb4ab;--leaf:#7fd1b0}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:400 1.125rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
header{background:var(--c);color:#fff}
header div,main{max-width:44rem;margin:0 auto;padding:16px}
header div{display:flex;flex-wrap:wrap;gap:4px 16px;justify-content:space-between;align-items:center}
header strong{font-size:1.375rem}header a{color:#fff;padding:8px 0}
main{padding-top:24px}
.card{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:20px;margin:0 0 16px}
.card>:first-child{margin-top:0}.card>:last-child,form>:last-child{margin-bottom:0}
h1{font-size:1.625rem;line-height:1.25;margin:0 0 16px}h2{font-size:1.25rem;margin:0 0 8px}
a{color:var(--text)}
.button{display:inline-block;background:var(--c);color:#fff;text-decoration:none;border:2px solid var(--text);border-radius:8px;padding:12px 20px;font:inherit;font-weight:600;min-height:48px;cursor:pointer}
:focus-visible{outline:3px solid var(--text);outline-offset:2px}header :focus-visible{outline-color:#fff}
label{display:block;font-weight:600;margin:12px 0 4px}
input,select,textarea{display:block;width:100%;min-height:48px;font:inherit;padding:8px 12px;border:2px solid var(--border);border-radius:8px;background:var(--card);color:var(--ink)}
[readonly]{background:var(--paper);border-style:dashed}
form p{margin:16px 0}textarea{resize:none;field-sizing:content}
p.error{padding-left:12px}.error{border-left:6px solid var(--error)}.done{border-left:6px solid var(--leaf)}
.level{border-left:4px solid var(--leaf);padding-left:12px}.small{font-size:.833rem;margin-top:24px}.small code{display:inline-block}.level{white-space:pre-line}.leave{display:inline-block;padding:12px 0}
.muted,.small,dt{color:var(--muted)}dd{margin:0 0 8px;font-weight:600;white-space:pre-line}dd.kept{font-weight:400;color:var(--muted)}
`;

const signInButton = (vi: string, en: string, language: Language): Html =>
  html`<p><a class="button" href="/sign-in">${language === 'vi' ? vi : en}</a></p>`;

/** The code, small, for the operator; it may break after its underscores. */
function codeNote(code: string, language: Language): Html {
  const parts = code.split(/(?<=_)/).map((part, at) => (at === 0 ? html`${part}` : html`<wbr>${part}`));
  return html`<p class="small">${language === 'vi' ? 'Mã lỗi, khi cần hỗ trợ' : 'Error code, if you need help'}: <code data-error>${parts}</code></p>`;
}

/** What happened and what to do, as a page of its own, or above the page of somebody who is signed in all the same. */
function trouble(code: string, language: Language, isSignedIn: boolean): Html {
  const { what, next } = troubleInWords(code);
  const heading = isSignedIn ? html`<h2>${what[language]}</h2>` : html`<h1>${what[language]}</h1>`;
  return html`<div class="card error"><div role="alert">${heading}${next.map((text) => html`<p>${text[language]}</p>`)}</div>
${isSignedIn ? '' : signInButton('Đăng nhập lại', 'Sign in again', language)}${codeNote(code, language)}</div>`;
}

const welcome = ({ name, lead }: Look, language: Language): Html =>
  html`<div class="card"><h1>${name[language]}</h1><p>${lead[language]}</p>${signInButton('Đăng nhập bằng SenID', 'Sign in with SenID', language)}</div>`;

/** How well the service knows its visitor, in words. */
export const levelNote = (acr: unknown, language: Language): Html =>
  html`<p class="level" data-level="${acr}">${levelInWords(acr, language)}</p>`;

/** One page of the service: what is its own in `body`, shown to those who are signed in. */
export function layout(look: Look, visitor: Visitor, body: (signedIn: SignedIn) => Html, below: Html = html``): Html {
  const { language, signedIn, error, notice } = visitor;
  const other =
    language === 'vi' ? html`<a href="/?lang=en" lang="en">English</a>` : html`<a href="/?lang=vi" lang="vi">Tiếng Việt</a>`;
  const start = error === undefined ? welcome(look, language) : trouble(error, language, false);
  const main =
    signedIn === undefined
      ? start
      : html`${error === undefined ? '' : trouble(error, language, true)}${body(signedIn)}<p><a class="leave" href="/sign-out">${language === 'vi' ? 'Đăng xuất' : 'Sign out'}</a></p>`;
  return html`<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${look.name[language]}</title><link rel="stylesheet" href="/style.css"><link rel="icon" href="data:,"></head><body>
<header><div><strong>${look.name[language]}</strong>${other}</div></header>
<main>${notice === undefined ? '' : html`<div class="card done" role="status"><p>${notice}</p></div>`}${main}${below}</main></body></html>`;
}
