import { test } from 'node:test';
import { concat, Opcode } from '@parley/protocol';
import fc from 'fast-check';
import { frame, RawChannel } from './support/raw-channel.ts';
import { RawSocket } from './support/raw-socket.ts';
import { TestServer } from './support/server.ts';
import { closed, openTcp, upgradeRequest } from './support/tcp.ts';
import { Witness } from './support/witness.ts';

const opcode = fc.oneof(fc.constantFrom(...Object.values(Opcode)), fc.integer({ min: 0, max: 255 }));
const body = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  // Looks like protobuf: fields with a length that holds.
  fc
    .array(fc.tuple(fc.integer({ min: 1, max: 15 }), fc.uint8Array({ maxLength: 40 })))
    .map((fields) => concat(...fields.map(([field, bytes]) => concat(Uint8Array.of((field << 3) | 2, bytes.length), bytes)))),
);

test('whatever frames a logged-in client sends, others are served on (property)', async (t) => {
  const server = await TestServer.start(t);
  const witness = await Witness.start(server);
  const { account } = await server.register('mallory');
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(opcode, body), { maxLength: 20 }), async (frames) => {
      const raw = await RawChannel.logIn(server.port, account);
      raw.sendStream(
        concat(...frames.map(([op, bytes], i) => frame(op, i + 1, bytes)), frame(Opcode.QUIT, 0, new Uint8Array(0))),
      );
      await raw.socket.closed;
      await witness.check();
    }),
    { numRuns: 60 },
  );
});

test('whatever messages come in place of a login, others are served on (property)', async (t) => {
  const server = await TestServer.start(t);
  const witness = await Witness.start(server);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 1_300 }), { minLength: 1, maxLength: 4 }), async (messages) => {
      const socket = await RawSocket.open(server.port);
      for (const message of messages) socket.send(message);
      await socket.closed;
      await witness.check();
    }),
    { numRuns: 40 },
  );
});

test('whatever bytes come over TCP, others are served on (property)', async (t) => {
  const server = await TestServer.start(t);
  const witness = await Witness.start(server);
  await fc.assert(
    fc.asyncProperty(fc.boolean(), fc.uint8Array({ minLength: 1, maxLength: 500 }), async (upgrades, bytes) => {
      const socket = await openTcp(server.port);
      const over = closed(socket);
      if (upgrades) socket.write(upgradeRequest());
      socket.end(bytes);
      await over;
      await witness.check();
    }),
    { numRuns: 40 },
  );
});
