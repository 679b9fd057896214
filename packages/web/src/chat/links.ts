/** A text, or an address in it. */
export interface Part {
  readonly text: string;
  /** Of an address: where it leads. */
  readonly href?: string;
}

// Up to white space, quotes, and characters that turn the direction of what is read.
const ADDRESS = /https?:\/\/[^\s<>"'\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gi;
/** Ends of sentences, which are no part of an address. */
const TRAILING = '.,:;!?)]}';

/** Parts a text at the web addresses in it. Nothing but `http:` and `https:` ever becomes a link. */
export function partsOf(text: string): Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = trim(match[0]);
    const href = hrefOf(address);
    if (href === undefined) continue;
    if (match.index > end) parts.push({ text: text.slice(end, match.index) });
    parts.push({ text: address, href });
    end = match.index + address.length;
  }
  if (end < text.length) parts.push({ text: text.slice(end) });
  return parts;
}

/** A closing bracket stays where the address has the opening one. */
function trim(address: string): string {
  // By hand: a pattern that is bound to the end would try each of ten thousand dots in turn.
  let end = address.length;
  while (end > 0 && TRAILING.includes(address.charAt(end - 1))) end -= 1;
  const cut = address.slice(0, end);
  const isBalanced = cut.split('(').length > cut.split(')').length && address.startsWith(`${cut})`);
  return isBalanced ? `${cut})` : cut;
}

function hrefOf(address: string): string | undefined {
  const url = URL.parse(address);
  const isWeb = url !== null && (url.protocol === 'https:' || url.protocol === 'http:');
  return isWeb && url.username === '' && url.password === '' ? url.href : undefined;
}
