/** The eight groups of an IPv6 address, written out. */
function groupsOf(address: string): string[] {
  const [left = [], right] = address.split('::').map((half) => half.split(':').filter(Boolean));
  const zeros = right === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  return [...left, ...new Array<string>(zeros).fill('0'), ...(right ?? [])].map((group) => Number.parseInt(group, 16).toString(16));
}

const plainOf = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '');

/** The network an address is in, coarse enough to show and to compare: /24 of IPv4, /48 of IPv6. */
export function networkOf(address: string): string {
  const plain = plainOf(address);
  if (/^\d+\.\d+\.\d+\.\d+$/.test(plain)) return `${plain.split('.').slice(0, 3).join('.')}.0/24`;
  return plain.includes(':') ? `${groupsOf(plain).slice(0, 3).join(':')}::/48` : '';
}

/** An address without what tells one connection of its network from another; `networkOf` gives the same for both. */
export const withoutHost = (address: string): string => networkOf(address).replace(/\/\d+$/, '');

/** Whom a limit counts: an IPv4 address, or the /64 that one IPv6 subscriber has at least. */
export function subscriberOf(address: string): string {
  const plain = plainOf(address);
  return plain.includes(':') ? groupsOf(plain).slice(0, 4).join(':') : plain;
}

export const isLoopback = (address: string): boolean => /^(127\.|::1$|::ffff:127\.)/.test(address);
