import { formatWebInvite, fromBase64Url, INVITE_TOKEN_BYTES, parseInvite } from '@parley/protocol';

/** The page's own address, where it is an invite. Its token is in the part after `#`, which browsers do not send. */
export function inviteInAddress(): string | undefined {
  return location.hash.startsWith('#join') ? location.href : undefined;
}

/** The token has been used: it is to stand neither in the address nor in the history. */
export function forgetInvite(): void {
  if (location.hash !== '') history.replaceState(null, '', location.pathname);
}

/**
 * An invite as it was pasted, in any of its forms, as one of this page's own address: the server behind it is reached no other way.
 * @throws ParleyError `malformed`, RangeError for an invite of another server
 */
export function inviteForHere(text: string): string {
  const invite = parseInvite(text);
  if (invite.host !== location.hostname) {
    throw new RangeError(
      `This invite is for ${invite.host}, and this page is of ${location.hostname}: open the link of the invite itself.`,
    );
  }
  return formatWebInvite({ ...invite, ...here() });
}

/** For a recovery: it needs the server's address and what it is known by, and no right to join. @throws ParleyError `malformed` */
export function addressOfHere(caPin: string): string {
  return formatWebInvite({ ...here(), caPin: fromBase64Url(caPin), token: new Uint8Array(INVITE_TOKEN_BYTES) });
}

function here(): { tls: boolean; host: string; port: number } {
  const tls = location.protocol === 'https:';
  const port = location.port === '' ? (tls ? 443 : 80) : Number(location.port);
  return { tls, host: location.hostname.replace(/^\[|\]$/g, ''), port };
}
