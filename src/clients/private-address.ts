import { BlockList, isIP } from 'node:net';

/** Networks that are not the public internet. @see RFC 6890 */
const privateNetworks = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const)
  privateNetworks.addSubnet(network, prefix);
for (const [network, prefix] of [
  // also IPv4 written as IPv6, and the networks that lead from one to the other
  ['::', 96],
  ['::ffff:0:0:0', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 32],
  ['2002::', 16],
  ['fec0::', 10],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const)
  privateNetworks.addSubnet(network, prefix, 'ipv6');

/** Whether an IP address is not one of the public internet. */
export const isPrivateNetwork = (address: string): boolean => privateNetworks.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6');

const privateNames = /(^|\.)(localhost|local|internal|home\.arpa)$/;

/**
 * Whether an address names a private host: a private network, or a name that only closed networks resolve. Where a public name leads is
 * looked at when it is fetched.
 */
export function isPrivateAddress(url: URL): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  const version = isIP(host);
  return version === 0 ? !host.includes('.') || privateNames.test(host) : isPrivateNetwork(host);
}

export const isLoopbackAddress = ({ hostname }: URL): boolean => ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
