import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ByteWriter, concat, type Frame, MAX_FRAME, ParleyError } from '@parley/protocol';
import { nodeCrypto } from '@parley/protocol/crypto/node';
import fc from 'fast-check';
import { FrameWriter } from '../../src/channel/frame-writer.ts';
import { FrameReader } from '../../src/channel/frames.ts';
import { unpad } from '../../src/channel/padding.ts';
import { logIn } from './pair.ts';

const anyFrame: fc.Arbitrary<Frame> = fc.record(
  { opcode: fc.nat(255), sequence: fc.nat(0xffff_ffff), body: fc.uint8Array({ maxLength: 300 }) },
  { noNullPrototype: true },
);
const anyFrames = fc.array(anyFrame, { maxLength: 12 });

function encode({ opcode, sequence, body }: Frame): Uint8Array {
  return new ByteWriter().u8(opcode).u24(body.length).u32(sequence).bytes(body).finish();
}

/** Reads a stream cut at the given places. */
function readCut(stream: Uint8Array, cuts: readonly number[]): Frame[] {
  const reader = new FrameReader();
  const places = [...new Set([0, ...cuts.map((cut) => cut % (stream.length + 1)), stream.length])].sort((a, b) => a - b);
  const frames = places.flatMap((place, i) => (i === 0 ? [] : reader.read(stream.slice(places[i - 1], place))));
  assert.equal(reader.partialBytes, 0);
  return frames;
}

function refusesTooLarge(action: () => unknown): void {
  assert.throws(action, (error) => error instanceof ParleyError && error.code === 'too_large');
}

describe('the frame stream', () => {
  it('gives the same frames however it is cut', () => {
    fc.assert(
      fc.property(anyFrames, fc.array(fc.nat(), { maxLength: 30 }), (frames, cuts) => {
        assert.deepEqual(readCut(concat(...frames.map(encode)), cuts), frames);
      }),
      { numRuns: 500 },
    );
  });

  it('gives the same frames byte by byte', () => {
    fc.assert(
      fc.property(anyFrames, (frames) => {
        const stream = concat(...frames.map(encode));
        assert.deepEqual(readCut(stream, [...stream.keys()]), frames);
      }),
      { numRuns: 50 },
    );
  });

  it('keeps a frame that spans pieces when the pieces are overwritten', () => {
    const frame = { opcode: 5, sequence: 1, body: new Uint8Array(100).fill(7) };
    const stream = encode(frame);
    const reader = new FrameReader();
    const piece = stream.slice(0, 50);
    reader.read(piece);
    piece.fill(0);
    assert.deepEqual(reader.read(stream.slice(50)), [frame]);
  });

  it('takes a body of exactly 1 MiB', () => {
    const body = new Uint8Array(MAX_FRAME).fill(3);
    assert.deepEqual(readCut(encode({ opcode: 1, sequence: 2, body }), [1_000, 500_000]), [{ opcode: 1, sequence: 2, body }]);
  });

  it('refuses a body above 1 MiB as soon as its header is there, however it is cut', () => {
    const header = new ByteWriter()
      .u8(5)
      .u24(MAX_FRAME + 1)
      .u32(1)
      .finish();
    for (let cut = 0; cut <= 8; cut++) {
      const reader = new FrameReader();
      refusesTooLarge(() => {
        reader.read(header.subarray(0, cut));
        assert.ok(cut < 8);
        reader.read(header.subarray(cut));
      });
    }
  });

  it('holds memory for what arrived, not for what was announced', () => {
    const reader = new FrameReader();
    reader.read(new ByteWriter().u8(5).u24(MAX_FRAME).u32(1).finish());
    assert.ok(reader.partialBytes >= 8 && reader.partialBytes < 100);
    let received = 8;
    for (const size of [1, 10, 100, 1_000, 10_000, 60_000, 60_000]) {
      assert.deepEqual(reader.read(new Uint8Array(size)), []);
      received += size;
      assert.ok(reader.partialBytes >= received && reader.partialBytes <= 2 * received, `${reader.partialBytes} for ${received}`);
    }
    reader.read(new Uint8Array(MAX_FRAME - received + 8 - 1));
    assert.ok(reader.partialBytes <= MAX_FRAME + 8);
    assert.equal(reader.read(new Uint8Array(1)).length, 1);
    assert.equal(reader.partialBytes, 0);
  });

  it('counts a header received in part', () => {
    const reader = new FrameReader();
    reader.read(Uint8Array.of(5, 0));
    assert.equal(reader.partialBytes, 2);
    reader.clear();
    assert.equal(reader.partialBytes, 0);
  });
});

describe('a frame writer', () => {
  it('packs frames in order into as few full records as possible', () => {
    fc.assert(
      fc.property(
        fc.array(
          anyFrame.map((frame) => ({ ...frame, body: new Uint8Array(frame.body.length * 400).fill(9) })),
          { maxLength: 8 },
        ),
        (frames) => {
          const writer = new FrameWriter();
          for (const { opcode, sequence, body } of frames) writer.append(opcode, sequence, body);
          const bytes = frames.reduce((sum, { body }) => sum + 8 + body.length, 0);
          assert.equal(writer.queuedBytes, bytes);
          const contents = writer.take().map(unpad);
          assert.equal(contents.length, Math.ceil(bytes / 63_486));
          for (const content of contents.slice(0, -1)) assert.equal(content.length, 63_486);
          const reader = new FrameReader();
          assert.deepEqual(
            contents.flatMap((content) => reader.read(content)),
            frames,
          );
          assert.deepEqual([writer.queuedBytes, writer.take()], [0, []]);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('joins the parts of a body', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 5 }), (parts) => {
        const writer = new FrameWriter();
        writer.append(5, 1, ...parts);
        const frames = writer.take().flatMap((record) => new FrameReader().read(unpad(record)));
        assert.deepEqual(frames, [{ opcode: 5, sequence: 1, body: concat(...parts) }]);
      }),
    );
  });

  it('copies the body at once', () => {
    const writer = new FrameWriter();
    const body = Uint8Array.of(1);
    writer.append(5, 1, body);
    body[0] = 2;
    const frames = writer.take().flatMap((record) => new FrameReader().read(unpad(record)));
    assert.deepEqual(frames[0]?.body, Uint8Array.of(1));
  });

  it('refuses a body above 1 MiB, and opcodes and sequences that do not fit, and queues nothing of them', () => {
    const writer = new FrameWriter();
    refusesTooLarge(() => writer.append(5, 1, new Uint8Array(MAX_FRAME), new Uint8Array(1)));
    for (const opcode of [-1, 256, 0.5]) assert.throws(() => writer.append(opcode, 1), RangeError);
    for (const sequence of [-1, 2 ** 32, 0.5]) assert.throws(() => writer.append(5, sequence), RangeError);
    assert.deepEqual([writer.queuedBytes, writer.take()], [0, []]);
  });
});

describe('frames through a channel', () => {
  it('arrive as they were queued, over many flushes and both ways', () => {
    const { client, server } = logIn(nodeCrypto);
    fc.assert(
      fc.property(fc.array(anyFrames, { maxLength: 4 }), fc.boolean(), (turns, fromClient) => {
        const [sender, receiver] = fromClient ? [client, server] : [server, client];
        for (const frames of turns) {
          for (const { opcode, sequence, body } of frames) sender.queue(opcode, sequence, body);
          assert.deepEqual(
            sender.flush().flatMap((record) => receiver.open(record)),
            frames,
          );
        }
      }),
      { numRuns: 100 },
    );
  });

  it('show how much of a frame has arrived, and close the channel when it is too large', () => {
    const { client, server } = logIn(nodeCrypto);
    client.queue(5, 1, new Uint8Array(100_000));
    const records = client.flush();
    assert.deepEqual(server.open(records[0]!), []);
    assert.ok(server.partialBytes >= 63_486);
    assert.equal(server.open(records[1]!).length, 1);
    assert.equal(server.partialBytes, 0);
  });
});
