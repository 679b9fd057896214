import { concat, DecodeError } from '@parley/protocol';
import fc from 'fast-check';
import { der } from '../../packages/server/src/authority/der.ts';

/** A DER element: what is constructed has elements in it, what is not has bytes. */
interface Element {
  readonly tag: number;
  readonly content: readonly Element[] | Uint8Array;
}

/** Bit 6 of a tag: what is in it are elements (X.690, section 8.1.2.5). */
const CONSTRUCTED = 0x20;

/** Real encodings with some elements left out, doubled, exchanged, of another tag or with another content, and lengths that hold. */
export function changedDer(...encodings: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  const change = fc.tuple(fc.nat(60), fc.nat(7), fc.nat(255), fc.uint8Array({ maxLength: 24 }));
  return fc.tuple(fc.constantFrom(...encodings), fc.array(change, { minLength: 1, maxLength: 3 })).map(([bytes, changes]) => {
    const [whole] = parse(bytes);
    let changed = whole as Element;
    for (const [at, how, tag, content] of changes) changed = change1(changed, at, how, tag, content);
    return encode(changed);
  });
}

function parse(bytes: Uint8Array): Element[] {
  const elements: Element[] = [];
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes[at] as number;
    const first = bytes[at + 1] as number;
    const more = first < 0x80 ? 0 : first & 0x7f;
    let length = more === 0 ? first : 0;
    for (let i = 0; i < more; i += 1) length = length * 256 + (bytes[at + 2 + i] as number);
    const start = at + 2 + more;
    at = start + length;
    if (at > bytes.length) throw new DecodeError('not DER');
    const content = bytes.subarray(start, at);
    elements.push({ tag, content: (tag & CONSTRUCTED) === 0 ? content : parse(content) });
  }
  return elements;
}

function encode({ tag, content }: Element): Uint8Array {
  return der(tag, content instanceof Uint8Array ? content : concat(...content.map(encode)));
}

/** Changes the element that a walk of `at` steps through the tree comes to. */
function change1(element: Element, at: number, how: number, tag: number, content: Uint8Array): Element {
  const { content: inside } = element;
  if (at > 0 && !(inside instanceof Uint8Array) && inside.length > 0) {
    const index = at % inside.length;
    const rest = Math.floor(at / inside.length);
    const child = inside[index] as Element;
    if (rest > 0 || how < 4) return { ...element, content: inside.with(index, change1(child, rest, how, tag, content)) };
    if (how === 4) return { ...element, content: inside.toSpliced(index, 1) };
    if (how === 5) return { ...element, content: inside.toSpliced(index, 0, child) };
    return { ...element, content: inside.with(index, inside[tag % inside.length] as Element) };
  }
  if (how < 2) return { tag, content: inside };
  const isChangedInside = inside instanceof Uint8Array && inside.length > 0 && how < 5;
  return { ...element, content: isChangedInside ? inside.with(tag % inside.length, tag) : content };
}
