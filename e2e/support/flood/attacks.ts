import { randomBytes } from 'node:crypto';
import { create, fromBinary } from '@bufbuild/protobuf';
import { HELLO_BYTES, Opcode, startLogin } from '@parley/protocol';
import { nodeCrypto as crypto } from '@parley/protocol/crypto/node';
import { ClientLoginSchema, ErrorSchema } from '@parley/protocol/wire';
import { binaryFrame } from '../evil-network/websocket-stream.ts';
import type { Attacker } from './attacker.ts';

interface Attack {
  readonly what: string;
  /** How the server may end it; `cut`: without a word. */
  readonly ends: readonly string[];
  /** What one attacker does when it is connected; what is returned is done every second from then on. */
  begin(attacker: Attacker, index: number): (() => void) | undefined;
}

/** A good 1.0. That it is always the same one does not make it cheaper for the server. */
const hello = startLogin(crypto, { channelKey: crypto.x25519.generate() }).message;
const CONTINUATION = 0;
const BURST_MS = 2_000;
/** Of those with tiny fragments one of so many cuts TCP: a thousand segments each cost the attackers themselves too much. */
const SEGMENTS_EACH = 10;

/** The ways of flooding a server, by name. */
export const ATTACKS: Readonly<Record<string, Attack>> = {
  'slow headers': {
    what: 'HTTP headers that never end, a byte each second',
    ends: ['cut'],
    begin(attacker) {
      attacker.write('GET /parley HTTP/1.1\r\nHost: localhost\r\nX: ');
      return () => attacker.write('a');
    },
  },
  'slow frames': {
    what: 'half a WebSocket frame, and a byte more each second',
    ends: ['cut'],
    begin(attacker) {
      let left: Uint8Array = new Uint8Array(0);
      attacker.onUpgraded = () => {
        const frame = binaryFrame(hello, true);
        attacker.write(frame.subarray(0, frame.length / 2));
        left = frame.subarray(frame.length / 2);
      };
      attacker.upgrade();
      return () => {
        attacker.write(left.subarray(0, 1));
        left = left.subarray(1);
      };
    },
  },
  'half-open handshakes': {
    what: '1.0, and silence',
    ends: ['cut'],
    begin(attacker) {
      attacker.onUpgraded = () => attacker.send(hello);
      attacker.upgrade();
      return undefined;
    },
  },
  'handshakes at once': {
    what: '1.0 of all who have come, in one moment every two seconds',
    ends: ['cut'],
    begin(attacker) {
      attacker.onUpgraded = () => {
        setTimeout(() => attacker.send(hello), BURST_MS - (performance.now() % BURST_MS));
      };
      attacker.upgrade();
      return undefined;
    },
  },
  'tiny fragments': {
    what: '1.0 in fragments of a byte, or in TCP segments of a byte',
    ends: ['closed 1008', 'cut'],
    begin(attacker, index) {
      attacker.onUpgraded = () =>
        index % SEGMENTS_EACH === 0 ? attacker.writeSingly(binaryFrame(hello, true)) : attacker.write(inFragments(hello));
      attacker.upgrade();
      return undefined;
    },
  },
  'login storm': {
    what: 'whole logins with wrong keys, as fast as they come',
    ends: ['auth_failed', 'cut'],
    begin(attacker, index) {
      const start = startLogin(crypto, { channelKey: crypto.x25519.generate() });
      attacker.onUpgraded = () => attacker.send(start.message);
      attacker.onMessage = (answer) => {
        const login = { version: 1, username: `user-${index % 8}`, deviceId: randomBytes(8), clientVersion: 'flood/1' };
        const { message, channel } = start.next.receive(answer).next.login(create(ClientLoginSchema, login));
        attacker.send(message);
        attacker.onMessage = (record) => {
          for (const { opcode, body } of channel.open(record)) {
            attacker.note(opcode === Opcode.ERROR ? fromBinary(ErrorSchema, body).code : `opcode ${opcode}`);
          }
        };
      };
      attacker.upgrade();
      return undefined;
    },
  },
  garbage: {
    what: 'random bytes as HTTP, as WebSocket, as 1.0',
    ends: ['cut', 'closed 1002', 'closed 1007', 'closed 1008', 'closed 1009'],
    begin(attacker, index) {
      if (index % 3 === 0) {
        attacker.write(randomBytes(2_000));
        return undefined;
      }
      attacker.onUpgraded = () =>
        index % 3 === 1 ? attacker.write(randomBytes(2_000)) : attacker.send(randomBytes(HELLO_BYTES));
      attacker.upgrade();
      return undefined;
    },
  },
};

/** A message cut into frames of one byte each. */
function inFragments(message: Uint8Array): Buffer {
  return Buffer.concat(
    Array.from(message, (byte, at) => {
      const frame = binaryFrame(Uint8Array.of(byte), true);
      const isLast = at === message.length - 1;
      frame[0] = (isLast ? 0x80 : 0) | (at === 0 ? (frame[0] as number) & 0x0f : CONTINUATION);
      return frame;
    }),
  );
}
