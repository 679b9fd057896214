import { ByteWriter, concat, utf8 } from '@parley/protocol';
import type { Hkdf } from './symmetric.ts';

const VERSION = utf8('HPKE-v1');
export const EMPTY = new Uint8Array();

/** `LabeledExtract` and `LabeledExpand` of RFC 9180, section 4, for one suite id. */
export class LabeledHkdf {
  readonly #hkdf: Hkdf;
  readonly #suiteId: Uint8Array;

  constructor(hkdf: Hkdf, suiteId: Uint8Array) {
    this.#hkdf = hkdf;
    this.#suiteId = suiteId;
  }

  extract(salt: Uint8Array, label: string, inputKey: Uint8Array): Uint8Array {
    return this.#hkdf.extract(salt, concat(VERSION, this.#suiteId, utf8(label), inputKey));
  }

  expand(key: Uint8Array, label: string, info: Uint8Array, length: number): Uint8Array {
    const labeledInfo = concat(u16(length), VERSION, this.#suiteId, utf8(label), info);
    return this.#hkdf.expand(key, labeledInfo, length);
  }
}

export function u16(value: number): Uint8Array {
  return new ByteWriter(2).u16(value).finish();
}
