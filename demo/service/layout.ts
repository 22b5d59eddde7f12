import { errorWords, Html, html, type Visitor } from './demo-service.ts';

export interface Look {
  readonly name: { readonly vi: string; readonly en: string };
  readonly lead: { readonly vi: string; readonly en: string };
  /** The one colour that tells the services apart. */
  readonly colour: string;
}

const style = (colour: string): Html =>
  new Html(`<style>
:root{--c:${colour};--ink:#1c1b1f;--paper:#f7f7f5;--card:#fff;--muted:#5b5866;--line:#ddd8e0;color-scheme:light dark}
@media (prefers-color-scheme:dark){:root{--ink:#f2f0f4;--paper:#161519;--card:#212026;--muted:#bdb7c4;--line:#3b3841}}
*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);font:400 18px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
header{background:var(--c);color:#fff;padding:16px}header div,main{max-width:44rem;margin:0 auto}header strong{font-size:22px}header a{color:#fff;float:right}
main{padding:24px 16px}.card{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:20px;margin:0 0 16px}
h1{font-size:26px;line-height:1.25;margin:0 0 16px}.button{display:inline-block;background:var(--c);color:#fff;text-decoration:none;border-radius:8px;padding:12px 20px;font-weight:600;min-height:48px}
label{display:block;font-weight:600;margin:12px 0 4px}input{width:100%;min-height:48px;font:inherit;padding:8px 12px;border:2px solid #8a8594;border-radius:8px;background:var(--paper);color:var(--ink)}
.error{border-left:6px solid #b3261e;padding-left:12px}.muted{color:var(--muted)}dt{color:var(--muted)}dd{margin:0 0 8px;font-weight:600}
</style>`);

/** `urn:senid:acr:id2-auth2` in words. */
export function levelInWords(acr: unknown, language: 'vi' | 'en'): string {
  const [, identity, authentication] = /id(\d)-auth(\d)$/.exec(String(acr)) ?? [];
  if (identity === undefined) return '';
  return language === 'vi'
    ? `Tài khoản mức ${identity}, đăng nhập mức ${authentication}`
    : `Account level ${identity}, signed in at level ${authentication}`;
}

export function layout(look: Look, { language, error, signedIn }: Visitor, body: Html): Html {
  const words = error && (errorWords[error.code]?.[language] ?? error.description);
  const other =
    language === 'vi' ? html`<a href="/?lang=en" lang="en">English</a>` : html`<a href="/?lang=vi" lang="vi">Tiếng Việt</a>`;
  return html`<!doctype html><html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${look.name[language]}</title>${style(look.colour)}</head><body>
<header><div>${other}<strong>${look.name[language]}</strong></div></header><main>
${error ? html`<div class="card error" role="alert"><p>${words}</p><p class="muted">${language === 'vi' ? 'Mã lỗi' : 'Error code'}: <code data-error>${error.code}</code></p></div>` : ''}
${signedIn ? '' : html`<div class="card"><h1>${look.name[language]}</h1><p>${look.lead[language]}</p><p><a class="button" href="/sign-in">${language === 'vi' ? 'Đăng nhập bằng SenID' : 'Sign in with SenID'}</a></p></div>`}
${body}
${signedIn ? html`<p><a href="/sign-out">${language === 'vi' ? 'Đăng xuất' : 'Sign out'}</a></p>` : ''}
</main></body></html>`;
}
