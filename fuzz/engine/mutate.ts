import { concat } from '@parley/protocol';
import type { Random } from './random.ts';

/** What a mutation may take from: another input, and tokens of the target. */
interface Material {
  readonly other: Uint8Array;
  readonly tokens: readonly Uint8Array[];
}

type Step = (random: Random, input: Uint8Array, material: Material) => Uint8Array;

/** Values at which lengths, signs and counts turn over. */
const INTERESTING = [
  0, 1, 2, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x1_0000, 0x10_0000, 0xff_ffff, 0x7fff_ffff, 0xffff_ffff,
];
const MOST_STEPS = 4;
const MOST_INSERTED = 12;

const STEPS: readonly Step[] = [
  function flipBit(random, input) {
    const at = random.below(input.length);
    return input.with(at, (input[at] as number) ^ (1 << random.below(8)));
  },
  function setByte(random, input) {
    return input.with(random.below(input.length), random.u32());
  },
  function addToByte(random, input) {
    const at = random.below(input.length);
    return input.with(at, (input[at] as number) + random.below(17) - 8);
  },
  function interestingInteger(random, input) {
    const size = 1 + random.below(4);
    const value = random.pick(INTERESTING);
    const isLittleEndian = random.below(4) === 0;
    const at = random.below(input.length);
    const changed = input.slice();
    for (let i = 0; i < size && at + i < input.length; i += 1)
      changed[at + i] = value >>> (8 * (isLittleEndian ? i : size - 1 - i));
    return changed;
  },
  function insertBytes(random, input) {
    return insert(input, random.below(input.length + 1), random.bytes(1 + random.below(MOST_INSERTED)));
  },
  function cutOff(random, input) {
    return input.slice(0, random.below(input.length));
  },
  function cutOut(random, input) {
    const [start, end] = range(random, input);
    return concat(input.subarray(0, start), input.subarray(end));
  },
  function double(random, input) {
    const [start, end] = range(random, input);
    return insert(input, random.below(2) === 0 ? end : random.below(input.length + 1), input.slice(start, end));
  },
  function fill(random, input) {
    const [start, end] = range(random, input);
    return input.slice().fill(random.pick([0, 0xff, random.u32()]), start, end);
  },
  function splice(random, input, { other }) {
    return concat(input.subarray(0, random.below(input.length + 1)), other.subarray(random.below(other.length + 1)));
  },
  function copyFromOther(random, input, { other }) {
    const [start, end] = range(random, other);
    return insert(input, random.below(input.length + 1), other.slice(start, end));
  },
  function insertToken(random, input, { tokens }) {
    return insert(input, random.below(input.length + 1), random.pick(tokens));
  },
  function overwriteWithToken(random, input, { tokens }) {
    const changed = input.slice();
    const token = random.pick(tokens);
    const at = random.below(input.length);
    changed.set(token.subarray(0, input.length - at), at);
    return changed;
  },
];

const ONE_BYTE = [Uint8Array.of(0)];

/** The input with one to four random changes, at most `maxLength` long. */
export function mutate(random: Random, input: Uint8Array, material: Material, maxLength: number): Uint8Array {
  const tokens = material.tokens.length === 0 ? ONE_BYTE : material.tokens;
  let changed = input;
  for (let steps = 1 + random.below(MOST_STEPS); steps > 0; steps -= 1) {
    if (changed.length === 0) changed = random.bytes(1 + random.below(MOST_INSERTED));
    else changed = random.pick(STEPS)(random, changed, { ...material, tokens });
  }
  return changed.length > maxLength ? changed.slice(0, maxLength) : changed;
}

function insert(input: Uint8Array, at: number, bytes: Uint8Array): Uint8Array {
  return concat(input.subarray(0, at), bytes, input.subarray(at));
}

/** Mostly short ones. */
function range(random: Random, input: Uint8Array): [number, number] {
  const start = random.below(input.length);
  const longest = random.below(3) === 0 ? input.length : MOST_INSERTED;
  return [start, Math.min(input.length, start + 1 + random.below(longest))];
}
