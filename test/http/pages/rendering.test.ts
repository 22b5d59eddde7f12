import { describe, expect, it } from 'vitest';
import type { Language } from '#src/kernel/identifier.ts';
import { createRenderer } from '#src/web/render.ts';
import { type PageSample, pageSamples } from '#test/support/page-samples.ts';

const renderer = createRenderer((name) => `/assets/${name}`);
const languages = ['vi', 'en'] as const;
const render = ({ page, model }: PageSample, language: Language): string =>
  renderer.render(page, model, { language, otherLanguageUrl: '/other', reference: 'SAMPLE2345' });
const everyPage = languages.flatMap((language) =>
  pageSamples(language).map((sample) => ({ title: `${sample.name} in ${language}`, sample, language })),
);

/** What comes from people, services and requests, as opposed to words that choose a page's state. */
const given = new Set(
  `name domain idNumber knownAs maskedName label value purpose legalBasis level needed has text imageUrl eventsUrl privacyUrl termsUrl
  retryUrl backUrl action csrf xsrf issuer title explanation nextStep vi en`.split(/\s+/),
);

/** The model with every given text replaced. */
function withTexts(model: unknown, text: string, key = ''): unknown {
  if (typeof model === 'string') return given.has(key) ? text : model;
  if (Array.isArray(model)) return model.map((each) => withTexts(each, text, key));
  if (typeof model !== 'object' || model === null) return model;
  return Object.fromEntries(Object.entries(model).map(([name, value]) => [name, withTexts(value, text, name)]));
}
const tampered = (sample: PageSample, text: string): PageSample => ({
  ...sample,
  model: withTexts(sample.model, text) as PageSample['model'],
});

/** What buttons may be called (the sign-in pages, sign-out, and the deeds of the account pages), and what makes a form one of ours. */
const deeds =
  'continue|push|passkey|qr|approve|cancel|withdraw|lock|sign-out|not-me|unlink|rename|make-code|remove|end|end-others|change-password|download|send';
const buttonOfOurs = new RegExp(`<button class="[a-z]+" name="action" value="(${deeds})"( aria-label="[^"]+")?>`);

const count = (html: string, pattern: RegExp): number => [...html.matchAll(pattern)].length;

describe('every page', () => {
  it.each(everyPage)('$title says its language, has one heading, no hole and nothing inline', ({ sample, language }) => {
    const html = render(sample, language);
    expect(html).toMatch(/^<!doctype html>/);
    expect(html).toContain(`<html lang="${language}">`);
    expect(count(html, /<h1[ >]/g)).toBe(1);
    expect(html).toMatch(/<title>[^<{]+ – SenID<\/title>/);
    expect(html).toContain('<code data-reference>SAMPLE2345</code>');
    expect(html).not.toMatch(/undefined|\[object|NaN|\{[a-z]+\}/);
    expect(html).not.toMatch(/<style|\sstyle=|\son[a-z]+=|javascript:/i);
    for (const [script] of html.matchAll(/<script[\s\S]*?<\/script>/g))
      expect(script).toMatch(/^<script (type="module"|defer) src="[^"]+"><\/script>$/);
  });

  it.each(everyPage)('$title escapes every text that is given to it', ({ sample, language }) => {
    const html = render(tampered(sample, `"'><script>alert(1)</script>&`), language);
    expect(html).not.toContain('<script>alert');
    expect(html).not.toContain(`"'>`);
    // nothing is lost either: it is there as text, on every page that shows something given
    if (JSON.stringify(tampered(sample, '~~')).includes('~~') && !['signed-out', 'home'].includes(sample.name))
      expect(html).toContain('&quot;&#39;&gt;&lt;script&gt;alert(1)');
  });

  it.each(everyPage)('$title isolates names, so that one written right-to-left turns nothing around', ({ sample, language }) => {
    const turned = '\u202Enab\u202C\u202E';
    const html = render(tampered(sample, turned), language);
    const body = html.slice(html.indexOf('<body>')).replaceAll(/<[a-z]+ [^>]*>/g, (tag) => tag.replaceAll(turned, ''));
    const names = ['service', 'knownAs', 'maskedName'].filter((key) => key in sample.model);
    const isolated = count(body, /<bdi[^>]*>\u202Enab\u202C\u202E<\/bdi>/g);
    expect(isolated).toBeGreaterThanOrEqual(names.length > 0 ? 1 : 0);
    // words of ours around it stay outside: an unclosed override never stands in a sentence of the page
    expect(body).not.toMatch(/[\p{L}:,] ?\u202Enab\u202C\u202E/u);
  });

  const ownForms = everyPage.filter(({ sample }) => sample.page !== 'hand-over');
  it.each(ownForms)('$title has a token in every form, and buttons that say what they do', ({ sample, language }) => {
    for (const [form] of render(sample, language).matchAll(/<form[\s\S]*?<\/form>/g)) {
      expect(form).toMatch(/<form [^>]*method="post" action="[^"]+"/);
      expect(form).toMatch(/<input type="hidden" name="(csrf|xsrf|ticket)" value="[^"]+">/);
      expect(form).toMatch(buttonOfOurs);
    }
  });

  it.each(languages)('is wholly in one language (%s)', (language) => {
    const vietnamese = /[ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]/i;
    for (const sample of pageSamples('en').filter(({ page }) => page !== 'consent')) {
      const words = render(sample, language)
        .replaceAll(/<[^>]*lang="vi"[^>]*>[^<]*/g, '')
        .replaceAll(/<[^>]+>/g, ' ');
      expect([sample.name, vietnamese.test(words)]).toEqual([sample.name, language === 'vi']);
    }
  });
});

const sampleOf = (name: string): string => {
  const sample = pageSamples('en').find((each) => each.name === name);
  if (sample === undefined) throw new Error(`no sample ${name}`);
  return render(sample, 'en');
};

describe('hooks for password managers, scripts and readers', () => {
  it('the sign-in page has a user name, a password, the QR and its events, and never refreshes what is typed away', () => {
    const html = sampleOf('sign-in');
    expect(html).toMatch(/<input id="id_number" name="id_number"[^>]* autocomplete="username"/);
    expect(html).toMatch(/<input id="password" name="password" type="password" autocomplete="current-password"/);
    expect(html).toMatch(/data-qr="https:\/\/id\.example\/q#[^"]+" data-events="\/sample\/events"/);
    expect(html).not.toContain('http-equiv="refresh"');
    expect(html).toMatch(/<noscript>.*href="\/interaction\/sample\?way=qr".*<\/noscript>/);
  });

  it('the page of the QR alone renews itself without scripts, and has nothing to type', () => {
    const html = sampleOf('sign-in-qr-only');
    expect(html).toMatch(/<noscript><meta http-equiv="refresh" content="\d+"><\/noscript>/);
    expect(count(html, /http-equiv="refresh"/g)).toBe(1);
    expect(html).not.toContain('name="password"');
    expect(html).toContain('href="/interaction/sample"');
  });

  it('a form that is handed on to a service carries its fields and nothing else, and sends itself by a script of ours', () => {
    const html = sampleOf('hand-over');
    expect(html).toMatch(/<script defer src="[^"]*send-form\.js"><\/script>/);
    expect(count(html, /<form /g)).toBe(1);
    expect([...html.slice(html.indexOf('<form')).matchAll(/\sname="([^"]+)"/g)].map(([, name]) => name)).toEqual(['code']);
    expect(html).toMatch(/<button class="primary" type="submit">/);
  });

  it('the code page takes a one-time code, and only in a text field', () => {
    expect(sampleOf('otp')).toMatch(/name="otp" type="text" inputmode="numeric" autocomplete="one-time-code"/);
  });

  it('trouble is one alert, and points at the field that is wrong and no other', () => {
    const html = sampleOf('sign-in-empty');
    expect(count(html, /role="alert"/g)).toBe(1);
    expect(html).toMatch(/id="password"[^>]*aria-invalid="true"/);
    expect(html).not.toMatch(/id="id_number"[^>]*aria-invalid/);
    expect(count(sampleOf('sign-in-slowed'), /aria-invalid/g)).toBe(0);
  });

  it('the waiting page shows the number and the domain, and stops refreshing once it is over', () => {
    const html = sampleOf('waiting-number');
    expect(html).toMatch(/data-number>47</);
    expect(html).toMatch(/class="big-domain"><bdi>nganhang-hoasen\.example</);
    expect(html).toContain('role="status"');
    expect(sampleOf('waiting-denied')).not.toContain('http-equiv');
  });

  it('nothing is ticked beforehand on the consent page, and what is told by law or goes on has no box', () => {
    const html = sampleOf('consent-mixed');
    expect(count(html, /type="checkbox"/g)).toBe(3);
    expect(html).not.toMatch(/\schecked/);
    expect(html).toContain('Legal basis');
    expect(html).toContain('You agreed to this before');
    expect(sampleOf('consent-inform')).not.toContain('checkbox');
    expect(sampleOf('consent-nothing')).toMatch(/value="approve">Continue</);
  });

  it('a claim that the service needs is marked, and what happens without it is said', () => {
    const html = sampleOf('consent-ask');
    expect(count(html, /<em>needed for this service<\/em>/g)).toBe(1);
    expect(html).toContain('the service may not be able to serve you');
    expect(sampleOf('consent-mixed')).not.toContain('may not be able to serve you');
  });
});
