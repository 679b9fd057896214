import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ipAddressBytes, isHost, toHex } from '@parley/protocol';

/** The names in the `server.pem` of a server's folder, in their order; none where there is no such file, or it cannot be read. */
export function certificateNames(folder: string): string[] {
  let subjectAltName: string | undefined;
  try {
    subjectAltName = new X509Certificate(readFileSync(join(folder, 'server.pem'))).subjectAltName;
  } catch {
    return []; // who needs the file says what is wrong with it
  }
  return (subjectAltName ?? '')
    .split(', ')
    .map((name) => shortest(name.replace(/^(?:DNS|IP Address):/, '').toLowerCase()))
    .filter(isHost);
}

/** Those of `before` that `after` does not have; an IPv6 address is the same however it is written. */
export function droppedNames(before: readonly string[], after: readonly string[]): string[] {
  const kept = new Set(after.map(comparable));
  return before.filter((name) => !kept.has(comparable(name)));
}

/** An IPv6 address as people write it: a certificate has all of its groups. */
function shortest(name: string): string {
  return name.includes(':') && isHost(name) ? new URL(`http://[${name}]`).hostname.slice(1, -1) : name;
}

function comparable(name: string): string {
  const address = ipAddressBytes(name);
  return address === undefined ? name : toHex(address);
}
