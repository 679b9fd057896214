/** How a file can be sent compressed, the smaller first. */
export const ENCODINGS = ['br', 'gzip'] as const;
export type Encoding = (typeof ENCODINGS)[number];

/** A coding with its weight (RFC 9110, section 12.5.3). */
const MEMBER = /^([a-z0-9*-]+)(?:[ \t]*;[ \t]*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?$/i;

/**
 * What of `offered` whoever sent this `accept-encoding` likes best, the first of those they like as much; `undefined`: as it is. A
 * member that is not well-formed counts as not there.
 */
export function preferredEncoding(header: string | undefined, offered: readonly Encoding[]): Encoding | undefined {
  const weights = readWeights(header ?? '');
  const any = weights.get('*') ?? 0;
  let best: Encoding | undefined;
  let bestWeight = 0;
  for (const encoding of offered) {
    const weight = weights.get(encoding) ?? any;
    if (weight > bestWeight) [best, bestWeight] = [encoding, weight];
  }
  return bestWeight >= (weights.get('identity') ?? 0) ? best : undefined;
}

function readWeights(header: string): Map<string, number> {
  const weights = new Map<string, number>();
  for (const member of header.split(',')) {
    const [, coding, weight = '1'] = MEMBER.exec(member.trim()) ?? [];
    if (coding !== undefined) weights.set(coding.toLowerCase(), Number(weight));
  }
  return weights;
}
