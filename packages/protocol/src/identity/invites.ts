import { fromBase64Url, toBase64Url } from '../bytes/text.ts';
import { SHA256_BYTES } from '../crypto/lengths.ts';
import { DEFAULT_PORT, INVITE_TOKEN_BYTES, MAX_INVITE_LENGTH } from '../limits.ts';
import { malformed, requireLength } from '../wire/decode.ts';
import { isHost } from './host.ts';

/** What an invite says: where the server is, which CA it has, and the right to register. */
export interface Invite {
  readonly tls: boolean;
  /** DNS name or IP address, lower-case, an IPv6 address without brackets. */
  readonly host: string;
  readonly port: number;
  /** SHA-256 of the CA's DER SubjectPublicKeyInfo, 32 bytes. */
  readonly caPin: Uint8Array;
  /** 16 bytes; a secret until it is used. */
  readonly token: Uint8Array;
}

// scheme://HOST[:PORT]/#fragment, or cut off before the fragment; the host is checked by its own grammar.
const INVITE = /^([a-z]+):\/\/(\[[0-9a-f:.]+\]|[^:/?#@\s[\]]+)(?::(\d{1,5}))?\/?(?:#(\S*))?$/i;

/** How each form begins: its scheme, whether the server speaks TLS, the port meant by none, and what its fragment starts with. */
const FORMS: Readonly<Record<string, { tls: boolean; port: number; prefix: string }>> = {
  parley: { tls: false, port: DEFAULT_PORT, prefix: '' },
  parleys: { tls: true, port: DEFAULT_PORT, prefix: '' },
  http: { tls: false, port: 80, prefix: 'join=1&' },
  https: { tls: true, port: 443, prefix: 'join=1&' },
};

/** `parley://HOST[:PORT]/#ca=…&token=…`, `parleys://` where TLS is on. @throws ParleyError `malformed` */
export function formatInvite(invite: Invite): string {
  return format(invite.tls ? 'parleys' : 'parley', invite);
}

/** `http(s)://HOST[:PORT]/#join=1&ca=…&token=…`: browsers do not send the part after `#`. @throws ParleyError `malformed` */
export function formatWebInvite(invite: Invite): string {
  return format(invite.tls ? 'https' : 'http', invite);
}

/**
 * Reads an invite of either form, as pasted: white space around it and the case of scheme and host do not matter.
 * @throws ParleyError `malformed`; its text does not repeat the invite, which holds a token
 */
export function parseInvite(text: string): Invite {
  const trimmed = text.trim();
  const parts = trimmed.length <= MAX_INVITE_LENGTH ? INVITE.exec(trimmed) : null;
  const [, scheme = '', authority = '', port, fragment = ''] = parts ?? [];
  const form = Object.hasOwn(FORMS, scheme.toLowerCase()) ? FORMS[scheme.toLowerCase()] : undefined;
  if (form === undefined) throw malformed('this is not an invite: one starts with parley:// or is a web link');
  if (!fragment.startsWith(form.prefix)) throw malformed('the link holds no invite: a part after # is missing');
  const fields = readFields(fragment.slice(form.prefix.length));
  const invite = {
    tls: form.tls,
    host: authority.toLowerCase().replace(/^\[|\]$/g, ''),
    port: port === undefined ? form.port : Number(port),
    caPin: fields.ca,
    token: fields.token,
  };
  checkInvite(invite);
  return invite;
}

function format(scheme: string, invite: Invite): string {
  checkInvite(invite);
  const form = FORMS[scheme] as (typeof FORMS)[string];
  const host = invite.host.includes(':') ? `[${invite.host}]` : invite.host;
  const port = invite.port === form.port ? '' : `:${invite.port}`;
  const fragment = `${form.prefix}ca=${toBase64Url(invite.caPin)}&token=${toBase64Url(invite.token)}`;
  return `${scheme}://${host}${port}/#${fragment}`;
}

// Each field once, in this order, nothing else: an invite has one spelling, and a link cut short is noticed.
function readFields(fragment: string): { ca: Uint8Array; token: Uint8Array } {
  const [, ca, token] = /^ca=([\w-]*)&token=([\w-]*)$/.exec(fragment) ?? [];
  if (ca === undefined || token === undefined) throw malformed(`the invite ${whatIsWrong(fragment)}: copy it again, whole`);
  try {
    return { ca: fromBase64Url(ca), token: fromBase64Url(token) };
  } catch {
    throw malformed('the invite is damaged: copy it again');
  }
}

function whatIsWrong(fragment: string): string {
  const missing = [
    ['ca', 'ca=… (by which the server is known)'],
    ['token', 'token=… (the right to join)'],
  ].filter(([field]) => !fragment.split('&').some((part) => part.startsWith(`${field}=`)));
  return missing.length === 0 ? 'is damaged' : `lacks ${missing.map(([, what]) => what).join(' and ')}`;
}

function checkInvite(invite: Invite): void {
  if (!isHost(invite.host)) throw malformed('the invite names no host');
  if (!Number.isInteger(invite.port) || invite.port < 1 || invite.port > 65_535) throw malformed('the invite names no port');
  requireLength(invite.caPin, SHA256_BYTES, 'CA pin of the invite');
  requireLength(invite.token, INVITE_TOKEN_BYTES, 'token of the invite');
}
