// MQTT 3.1.1, as far as a client needs it that sends and gets messages with QoS 0.

const CONNECT = 0x10;
const PUBLISH = 0x30;
const SUBSCRIBE = 0x82;
/** Section 2.2.2: the flags of a PUBLISH are in the lower half of its first byte. */
const TYPE_MASK = 0xf0;

export const DISCONNECT: Uint8Array = Buffer.from([0xe0, 0x00]);
/** CONNACK (3.2): no session was kept, and the connection is accepted. */
export const ACCEPTED: Buffer = Buffer.from([0x20, 0x02, 0x00, 0x00]);
/** SUBACK (3.9) to the SUBSCRIBE below: granted with QoS 0. */
export const SUBSCRIBED: Buffer = Buffer.from([0x90, 0x03, 0x00, 0x01, 0x00]);

/** 3.1, with a clean session and no keep-alive: a client that says nothing stays. */
export function connectPacket(clientId: string): Buffer {
  return packet(CONNECT, [string('MQTT'), Buffer.from([0x04, 0x02, 0x00, 0x00]), string(clientId)]);
}

/** 3.8, for QoS 0, with packet identifier 1. */
export function subscribePacket(topic: string): Buffer {
  return packet(SUBSCRIBE, [Buffer.from([0x00, 0x01]), string(topic), Buffer.from([0x00])]);
}

/** 3.3, QoS 0. */
export function publishPacket(topic: string, payload: Uint8Array): Buffer {
  return packet(PUBLISH, [string(topic), payload]);
}

function packet(firstByte: number, parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([firstByte, ...remainingLength(body.length)]), body]);
}

/** 2.2.3: seven bits a byte, the lowest first; the eighth says that more follow. */
function remainingLength(length: number): number[] {
  return length < 0x80 ? [length] : [(length & 0x7f) | 0x80, ...remainingLength(length >> 7)];
}

function string(text: string): Buffer {
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** Counts the PUBLISH packets in a stream that comes in pieces; of all packets it looks at the length only. */
export class PublishCounter {
  #type = 0;
  /** Where in a packet it is: before the first byte, in the length, or in what the length counts. */
  #place: 'type' | 'length' | 'rest' = 'type';
  #left = 0;
  #shift = 0;

  /** How many packets end in this piece. */
  count(bytes: Uint8Array): number {
    let count = 0;
    let at = 0;
    while (at < bytes.length) {
      if (this.#place === 'rest') {
        const step = Math.min(this.#left, bytes.length - at);
        this.#left -= step;
        at += step;
      } else {
        this.#header(bytes[at] ?? 0);
        at++;
      }
      if (this.#place === 'rest' && this.#left === 0) {
        if (this.#type === PUBLISH) count++;
        this.#place = 'type';
      }
    }
    return count;
  }

  #header(byte: number): void {
    if (this.#place === 'type') {
      this.#type = byte & TYPE_MASK;
      this.#left = 0;
      this.#shift = 0;
      this.#place = 'length';
      return;
    }
    this.#left |= (byte & 0x7f) << this.#shift;
    this.#shift += 7;
    if (byte < 0x80) this.#place = 'rest';
  }
}
