/** A browser without scripts: cookies with their paths, redirects one by one, forms as they stand on the page. */
export interface Page {
  readonly url: string;
  readonly status: number;
  readonly html: string;
  readonly headers: Headers;
}

interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly path: string;
}

const entities: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" };
const decode = (text: string): string => text.replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => entities[entity] ?? entity);
const attribute = (tag: string, name: string): string | undefined => {
  const found = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1];
  return found === undefined ? undefined : decode(found);
};

export interface Form {
  readonly action: string;
  readonly fields: readonly (readonly [string, string])[];
  readonly buttons: readonly string[];
}

/** The forms of a page with their hidden and typed values and the names of their `action` buttons. */
export function formsOf(html: string): Form[] {
  return [...html.matchAll(/<form\b[^>]*>[\s\S]*?<\/form>/g)].map(([form]) => ({
    action: attribute(form.slice(0, form.indexOf('>') + 1), 'action') ?? '',
    fields: [...form.matchAll(/<input\b[^>]*>/g)]
      .filter(([input]) => attribute(input, 'type') !== 'checkbox')
      .map(([input]) => [attribute(input, 'name') ?? '', attribute(input, 'value') ?? ''] as const),
    buttons: [...form.matchAll(/<button\b[^>]*>/g)].flatMap(([button]) => attribute(button, 'value') ?? []),
  }));
}

export class FormBrowser {
  #cookies: Cookie[] = [];
  /** Every address that was answered, for tests that look at the way. */
  readonly way: string[] = [];
  readonly #headers: Readonly<Record<string, string>>;

  constructor(headers: Readonly<Record<string, string>> = {}) {
    this.#headers = {
      'accept-language': 'en',
      accept: 'text/html,application/xhtml+xml',
      'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
      ...headers,
    };
  }

  forgetCookies(): void {
    this.#cookies = [];
  }

  cookieHeader(url: string): string {
    const { pathname } = new URL(url);
    return this.#cookies
      .filter(({ path }) => path === '/' || pathname === path || pathname.startsWith(`${path}/`))
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ');
  }

  protected send(url: string, init: RequestInit): Promise<Response> {
    return fetch(url, init);
  }

  /** One request, no redirect followed. */
  async request(url: string, init: RequestInit = {}): Promise<Response> {
    const cookie = this.cookieHeader(url);
    const response = await this.send(url, {
      ...init,
      redirect: 'manual',
      headers: { ...this.#headers, ...(cookie === '' ? {} : { cookie }), ...(init.headers as Record<string, string> | undefined) },
    });
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    this.way.push(`${init.method ?? 'GET'} ${url}`);
    return response;
  }

  /** Follows redirects until a page, or until `stopAt` would be opened (a service's address that nobody serves). */
  async open(url: string, init: RequestInit = {}, stopAt?: string): Promise<Page> {
    let next = url;
    let request = init;
    for (let hop = 0; hop < 12; hop += 1) {
      const response = await this.request(next, request);
      const location = response.headers.get('location');
      if (response.status < 300 || response.status > 399 || location === null)
        return { url: next, status: response.status, html: await response.text(), headers: response.headers };
      next = new URL(location, next).href;
      request = {};
      if (stopAt !== undefined && next.startsWith(stopAt))
        return { url: next, status: response.status, html: '', headers: response.headers };
    }
    throw new Error(`too many redirects at ${next}`);
  }

  /** Presses the button `action` of the page's form that has it, with these values typed or ticked. */
  press(
    page: Page,
    action: string,
    values: Readonly<Record<string, string | readonly string[]>> = {},
    stopAt?: string,
  ): Promise<Page> {
    const form = formsOf(page.html).find(({ buttons }) => buttons.includes(action));
    if (form === undefined) throw new Error(`no button ${action} on ${page.url} (${page.status}): ${page.html.slice(0, 3000)}`);
    const body = new URLSearchParams();
    for (const [name, value] of form.fields) if (!(name in values)) body.append(name, value);
    for (const [name, value] of Object.entries(values)) for (const each of [value].flat()) body.append(name, each as string);
    body.append('action', action);
    return this.open(
      new URL(form.action, page.url).href,
      { method: 'POST', body, headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      stopAt,
    );
  }

  #keep(line: string): void {
    const [pair = '', ...attributes] = line.split(/;\s*/);
    const name = pair.slice(0, pair.indexOf('='));
    const value = pair.slice(pair.indexOf('=') + 1);
    const path = attributes.find((each) => each.toLowerCase().startsWith('path='))?.slice(5) ?? '/';
    const isGone = attributes.some((each) => /^expires=thu, 01 jan 1970/i.test(each));
    this.#cookies = this.#cookies.filter((cookie) => cookie.name !== name || cookie.path !== path);
    if (!isGone) this.#cookies.push({ name, value, path });
  }
}
