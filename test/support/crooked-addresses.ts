/** Ways to write an address that some program reads as the registered one, and a browser as another. */

const evil = 'evil.example';

/** Signs that parsers drop, fold or take for others. */
const signs = [
  '\t',
  '\n',
  '\r',
  '\r\n',
  '\0',
  ' ',
  '%00',
  '%09',
  '%0a',
  '%0d%0aLocation:%20https://evil.example/',
  '%20',
  '%2e',
  '%2f',
  '%5c',
  '%23',
  '%3f',
  '%40',
  '%252f',
  '%c0%ae',
  '%ef%bc%8f',
  '\\',
  '/',
  '//',
  '.',
  '..',
  '../',
  '..;/',
  ';',
  ';x=1',
  ';/../',
  '?',
  '?x=1',
  '&',
  '&x=1',
  '#',
  '#x',
  '#@evil.example',
  '@',
  '@evil.example',
  ':',
  ':80',
  '*',
  '|',
  '"',
  "'",
  '<',
  '>',
  '{',
  '}',
  '^',
  '`',
  '~',
  '!',
  '$',
  '(',
  ',',
  '=',
  '\u00a0',
  '\u200b',
  '\u2028',
  '\u202e',
  '\u3002',
  '\uff0e',
  '\uff0f',
  '\uff3c',
  '\uff1f',
  '\uff03',
  '\uff20',
  '\ufeff',
  '\u0000\u0041',
  '\u00ad',
  '\u2044',
  '\u2215',
];

/** Between every two parts of the address, and in place of the slashes and dots that hold them together. */
function withSigns({
  protocol,
  host,
  path,
}: {
  readonly protocol: string;
  readonly host: string;
  readonly path: string;
}): string[] {
  return signs.flatMap((sign) => [
    `${sign}${protocol}//${host}${path}`,
    `${protocol}//${sign}${host}${path}`,
    `${protocol}//${host}${sign}${path}`,
    `${protocol}//${host}${path}${sign}`,
    `${protocol}//${host}/${sign}${path}`,
    `${protocol}//${evil}${sign}${host}${path}`,
    `${protocol}//${host}${sign}${evil}${path}`,
  ]);
}

/** By hand: what was tried on others. */
function byHand({ protocol, host, path }: { readonly protocol: string; readonly host: string; readonly path: string }): string[] {
  const whole = `${protocol}//${host}${path}`;
  const name = host.split(':')[0] ?? host;
  return [
    // no address at all, and the browser's own
    ...[
      'javascript:alert(1)',
      `javascript:alert(1)//${whole}`,
      `javascript://${host}/%0aalert(1)`,
      'JaVaScRiPt:alert(1)',
      'vbscript:x',
    ],
    ...['data:text/html,<script>alert(1)</script>', `data:${whole}`, 'about:blank', 'file:///etc/passwd', `blob:${whole}`],
    ...[
      `view-source:${whole}`,
      `intent://${host}${path}#Intent;scheme=https;end`,
      'mailto:x@evil.example',
      'x',
      '.',
      '/',
      '//',
      '?',
      '*',
    ],
    // relative ones
    ...[
      path,
      path.slice(1),
      `//${host}${path}`,
      `//${evil}`,
      `/\\${evil}`,
      `\\\\${evil}`,
      `///${evil}`,
      `https:${evil}`,
      `https:/${evil}`,
    ],
    ...[`http:${host}${path}`, `https:///${host}${path}`, `http:///${evil}`],
    // whose name is it
    ...[
      `${protocol}//${evil}/`,
      `${protocol}//${name}.${evil}${path}`,
      `${protocol}//x.${host}${path}`,
      `${protocol}//x${host}${path}`,
    ],
    ...[`${protocol}//${name}@${evil}${path}`, `${protocol}//${host}@${evil}${path}`, `${protocol}//${host}:x@${evil}${path}`],
    ...[`${protocol}//user@${host}${path}`, `${protocol}//user:secret@${host}${path}`, `${protocol}//${evil}@${host}${path}`],
    ...[`${protocol}//${evil}#@${host}${path}`, `${protocol}//${evil}?@${host}${path}`, `${protocol}//${evil}\\@${host}${path}`],
    ...[`${protocol}//${evil}/${whole}`, `${protocol}//${evil}/?next=${whole}`, `${protocol}//${name}%2e${evil}${path}`],
    ...[`${protocol}//${name}%00.${evil}${path}`, `${protocol}//xn--${name}${path}`, `${protocol}//\u0455hop.example${path}`],
    // case, ports, dots, numbers
    ...[`${protocol.toUpperCase()}//${host}${path}`, `${protocol}//${host.toUpperCase()}${path}`, whole.toUpperCase()],
    ...[`${protocol}//${host}${path.toUpperCase()}`, `${protocol}//${name}.${path}`, `${protocol}//${name}..${path}`],
    ...[
      `${protocol}//${name}:443${path}`,
      `${protocol}//${name}:0${path}`,
      `${protocol}//${name}:00443${path}`,
      `${protocol}//${name}:65536${path}`,
    ],
    ...[
      `${protocol}//${name}:8443${path}`,
      `${protocol}//${name}:${path}`,
      `${protocol}//${name}:x${path}`,
      `${protocol}//${name}:-1${path}`,
    ],
    ...[
      'http://127.0.0.1/cb',
      'http://2130706433/cb',
      'http://0x7f.1/cb',
      'http://0177.0.0.1/cb',
      'http://[::1]/cb',
      'http://[::]/cb',
    ],
    ...[
      'http://[::ffff:127.0.0.1]/cb',
      'http://[0:0:0:0:0:0:0:1]/cb',
      'http://[::1%25eth0]/cb',
      'http://[::1',
      'http://[/cb',
      'http://0/cb',
    ],
    // paths
    ...[`${whole}/`, `${whole}//`, `${whole}/..`, `${whole}/../evil`, `${whole}/%2e%2e/evil`, `${whole}/..%2fevil`, `${whole}/./`],
    ...[
      `${protocol}//${host}/./${path.slice(1)}`,
      `${protocol}//${host}/x/..${path}`,
      `${protocol}//${host}/%2e${path}`,
      `${protocol}//${host}/`,
    ],
    ...[
      `${protocol}//${host}`,
      `${protocol}//${host}//${path.slice(1)}`,
      `${whole};jsessionid=1`,
      `${whole};/..;/evil`,
      `${whole}%3b`,
    ],
    ...[
      `${whole}%`,
      `${whole}%zz`,
      `${whole}.evil`,
      `${whole}evil`,
      whole.slice(0, -1),
      `${protocol}//${host}${encodeURIComponent(path)}`,
    ],
    // queries and fragments
    ...[
      `${whole}?code=stolen`,
      `${whole}?redirect_uri=https://${evil}`,
      `${whole}&code=x`,
      `${whole}#code=x`,
      `${whole}?#`,
      `${whole}#?`,
    ],
    ...[
      `${whole},https://${evil}/`,
      `${whole} https://${evil}/`,
      `https://${evil}/ ${whole}`,
      `${whole}\nhttps://${evil}/`,
      `[${whole}]`,
    ],
    ...[
      `"${whole}"`,
      `<${whole}>`,
      `${whole}${'x'.repeat(3000)}`,
      `urn:x:${whole}`,
      `com.example.app:${path}`,
      'null',
      'undefined',
      '[object Object]',
    ],
    ...[`wss://${host}${path}`, `ftp://${host}${path}`, protocol === 'https:' ? `http://${host}${path}` : `https://${host}${path}`],
  ];
}

/** Every one differs from the registered address in at least one sign. */
export function crookedAddresses(registered: string): readonly string[] {
  const { protocol, host, pathname: path } = new URL(registered);
  const all = [...byHand({ protocol, host, path }), ...withSigns({ protocol, host, path })];
  return [...new Set(all)].filter((address) => address !== registered && address !== '');
}
