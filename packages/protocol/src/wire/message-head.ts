import { CONVERSATION_ID_BYTES, MAX_CIPHERTEXT, MESSAGE_ID_BYTES } from '../limits.ts';

/** What a server must know of a MESSAGE. */
export interface MessageHead {
  /** 16 bytes: a view of the body. */
  readonly conversation: Uint8Array;
  readonly epoch: bigint;
}

// Tags of the fields of a Message (proto/parley.proto): number * 8 + wire type.
const CONVERSATION = 0x12;
const EPOCH = 0x18;
const ID = 0x22;
const CIPHERTEXT = 0x2a;
/** Longest varint read here, bytes: 28 bits. */
const MAX_VARINT = 4;

const CONVERSATION_START = 2;
const EPOCH_START = CONVERSATION_START + CONVERSATION_ID_BYTES;

/**
 * Reads a Message as a client sends it, where it has its usual encoding: the fields in order, each once and of its right length, no position,
 * and nothing else. It builds no message: a decoder that does takes several times as long, and a server does this for each message.
 * `undefined` for every other body: whether that is a message all the same is for `decodeMessage` to say.
 */
export function readMessageHead(body: Uint8Array): MessageHead | undefined {
  if (body[0] !== CONVERSATION || body[1] !== CONVERSATION_ID_BYTES || body[EPOCH_START] !== EPOCH) return undefined;
  let at = EPOCH_START + 1;
  const epoch = readVarint(body, at);
  at += varintBytes(epoch);
  if (epoch < 1 || body[at] !== ID || body[at + 1] !== MESSAGE_ID_BYTES) return undefined;
  at += 2 + MESSAGE_ID_BYTES;
  if (body[at] !== CIPHERTEXT) return undefined;
  const length = readVarint(body, at + 1);
  at += 1 + varintBytes(length);
  if (length < 1 || length > MAX_CIPHERTEXT || at + length !== body.length) return undefined;
  return { conversation: body.subarray(CONVERSATION_START, EPOCH_START), epoch: BigInt(epoch) };
}

/** A varint in its shortest form, below 2^28; -1 for anything else. */
function readVarint(bytes: Uint8Array, at: number): number {
  let value = 0;
  for (let i = 0; i < MAX_VARINT; i += 1) {
    const byte = bytes[at + i];
    if (byte === undefined) return -1;
    value |= (byte & 0x7f) << (7 * i);
    if (byte < 0x80) return byte === 0 && i > 0 ? -1 : value;
  }
  return -1;
}

/** How many bytes that takes; of -1 it does not matter. */
function varintBytes(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  return value < 0x20_0000 ? 3 : 4;
}
