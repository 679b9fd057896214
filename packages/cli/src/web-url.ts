import { ipAddressBytes, isHost } from '@parley/protocol';
import { droppedNames } from './certificate-names.ts';
import { wrongUsage } from './exit.ts';

/**
 * What `--web-url` may be: where a proxy with TLS, or a tunnel to this machine, has the web client of a server with these names.
 * @returns its origin @throws Failure
 */
export function checkWebUrl(text: string, names: readonly string[]): string {
  const url = URL.parse(text);
  // An origin and nothing else: no credentials, no path, no query.
  if (url === null || url.href !== `${url.origin}/` || !isHost(hostOf(url)) || !runsWebClient(url.href))
    throw wrongUsage('--web-url is https://HOST[:PORT] and nothing after it; http:// only for localhost');
  if (droppedNames([hostOf(url)], names).length > 0)
    throw wrongUsage(
      `--web-url is at none of the names of this server, and clients would refuse it there: add --name ${hostOf(url)}`,
    );
  return url.origin;
}

/** Browsers have what the web client needs only where nobody on the way can change it: with TLS, or on the machine itself. */
export function runsWebClient(link: string): boolean {
  const url = new URL(link);
  const host = hostOf(url);
  return url.protocol === 'https:' || (url.protocol === 'http:' && (/(?:^|\.)localhost$/.test(host) || isLoopback(host)));
}

function isLoopback(host: string): boolean {
  const address = ipAddressBytes(host);
  return host === '::1' || (address?.length === 4 && address[0] === 127);
}

function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}
