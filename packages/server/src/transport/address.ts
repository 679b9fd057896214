import { isIPv6 } from 'node:net';

/** Whom limits per address count together: an IPv4 address, or the /64 of an IPv6 one (a single host commands all of it). */
export function addressGroup(remoteAddress: string): string {
  const address = withoutMapping(remoteAddress);
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('%', 1)[0]?.split('::') ?? [];
  const front = head === '' ? [] : head.split(':');
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - front.length - back.length)).fill('0');
  return `${[...front, ...zeros, ...back].slice(0, 4).join(':')}::/64`;
}

/** 127.0.0.0/8 and ::1. */
export function isLoopback(remoteAddress: string): boolean {
  const address = withoutMapping(remoteAddress);
  return address === '::1' || (!isIPv6(address) && address.startsWith('127.'));
}

function withoutMapping(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice('::ffff:'.length) : address;
}
