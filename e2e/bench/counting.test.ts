import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { PublishCounter, publishPacket } from '../../bench/load/mqtt-packets.ts';
import { Occurrences } from '../../bench/load/occurrences.ts';

const MESSAGE_END = '</message>';
const PINGRESP = Buffer.from([0xd0, 0x00]);

describe('the load generator counts the same however the stream is cut', () => {
  it('PUBLISH packets of MQTT among others', () => {
    const publish = fc.uint8Array({ maxLength: 300 }).map((payload) => publishPacket('c/1', payload));
    const packets = fc.array(fc.oneof(publish, fc.constant(PINGRESP)));
    fc.assert(
      fc.property(packets, fc.infiniteStream(fc.integer({ min: 1, max: 200 })), (sent, sizes) => {
        const expected = sent.filter((packet) => packet !== PINGRESP).length;
        assert.equal(countedInPieces(new PublishCounter(), Buffer.concat(sent), sizes), expected);
      }),
    );
  });

  it('ends of XMPP messages among what looks like them', () => {
    const words = fc.constantFrom(MESSAGE_END, '<message>', '<', '</', '</mess', '</message', 'x');
    fc.assert(
      fc.property(fc.array(words), fc.infiniteStream(fc.integer({ min: 1, max: 20 })), (sent, sizes) => {
        const text = sent.join('');
        const expected = text.split(MESSAGE_END).length - 1;
        assert.equal(countedInPieces(new Occurrences(MESSAGE_END), Buffer.from(text), sizes), expected);
      }),
    );
  });
});

function countedInPieces(counter: { count(bytes: Buffer): number }, bytes: Buffer, sizes: Iterable<number>): number {
  let count = 0;
  let at = 0;
  for (const size of sizes) {
    if (at >= bytes.length) break;
    count += counter.count(bytes.subarray(at, at + size));
    at += size;
  }
  return count;
}
