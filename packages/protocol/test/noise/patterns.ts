import type { HandshakePattern, Token } from '../../src/noise/patterns.ts';

// The patterns of the public vectors, in the notation of Noise rev 34, sections 7 and 18: known static keys, then the messages.
const PATTERNS: Record<string, string> = {
  N: 'r | e es',
  K: 'i r | e es ss',
  X: 'r | e es s ss',

  NN: '| e | e ee',
  NK: 'r | e es | e ee',
  NX: '| e | e ee s es',
  XN: '| e | e ee | s se',
  XK: 'r | e es | e ee | s se',
  XX: '| e | e ee s es | s se',
  KN: 'i | e | e ee se',
  KK: 'i r | e es ss | e ee se',
  KX: 'i | e | e ee se s es',
  IN: '| e s | e ee se',
  IK: 'r | e es s ss | e ee se',
  IX: '| e s | e ee se s es',

  NK1: 'r | e | e ee es',
  NX1: '| e | e ee s | es',
  X1N: '| e | e ee | s | se',
  X1K: 'r | e es | e ee | s | se',
  XK1: 'r | e | e ee es | s se',
  X1K1: 'r | e | e ee es | s | se',
  X1X: '| e | e ee s es | s | se',
  XX1: '| e | e ee s | es s se',
  X1X1: '| e | e ee s | es s | se',
  K1N: 'i | e | e ee | se',
  K1K: 'i r | e es | e ee | se',
  KK1: 'i r | e | e ee se es',
  K1K1: 'i r | e | e ee es | se',
  K1X: 'i | e | e ee s es | se',
  KX1: 'i | e | e ee se s | es',
  K1X1: 'i | e | e ee s | se es',
  I1N: '| e s | e ee | se',
  I1K: 'r | e es s | e ee | se',
  IK1: 'r | e s | e ee se es',
  I1K1: 'r | e s | e ee es | se',
  I1X: '| e s | e ee s es | se',
  IX1: '| e s | e ee se s | es',
  I1X1: '| e s | e ee s | se es',
};

/** The pattern of a name such as `XK1` or `KKpsk2`; undefined when it is not among those above. */
export function patternNamed(name: string): HandshakePattern | undefined {
  const [, base = '', psk] = /^([A-Z0-9]+)(?:psk([0-9]))?$/.exec(name) ?? [];
  const text = PATTERNS[base];
  if (text === undefined) return undefined;
  const [known = '', ...messages] = text.split('|').map((part) => part.trim());
  const tokens = messages.map((message) => message.split(' ') as Token[]);
  // Section 9.3: psk0 comes before the first message's tokens, psk1 after them, psk2 after the second's, and so on.
  if (psk === '0') tokens[0]?.unshift('psk');
  else if (psk !== undefined) tokens[Number(psk) - 1]?.push('psk');
  const names = { i: 'initiator', r: 'responder' } as const;
  return {
    known: known
      .split(' ')
      .filter((side) => side !== '')
      .map((side) => names[side as 'i' | 'r']),
    messages: tokens,
  };
}
