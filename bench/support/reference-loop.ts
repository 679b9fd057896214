// What the machine itself makes of the work of a relay, as a process of its own: connections of node:net over loopback that echo, and one
// ChaCha20-Poly1305 of node:crypto each way for every message. Prints microseconds of processor time for a message.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

const CONNECTIONS = 20;
const WINDOW = 32;
const MESSAGE_BYTES = 200;
const TAG_BYTES = 16;
const RECORD_BYTES = MESSAGE_BYTES + TAG_BYTES;
const WARM_UP = 20_000;
const MESSAGES = 60_000;

const key = randomBytes(32);
const nonce = Buffer.alloc(12);
const message = randomBytes(MESSAGE_BYTES);
const options = { authTagLength: TAG_BYTES } as const;

const server = createServer({ noDelay: true }, (socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;

let opened = 0;
let before = process.cpuUsage();
const over = Promise.withResolvers<void>();
for (let i = 0; i < CONNECTIONS; i += 1) {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => write(socket, WINDOW));
  let rest: Buffer = Buffer.alloc(0);
  socket.on('data', (bytes: Buffer) => {
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    const count = Math.floor(rest.length / RECORD_BYTES);
    for (let record = 0; record < count; record += 1) open(rest.subarray(record * RECORD_BYTES, (record + 1) * RECORD_BYTES));
    rest = rest.subarray(count * RECORD_BYTES);
    if (count > 0) write(socket, count);
  });
}
await over.promise;
const { user, system } = process.cpuUsage(before);
console.log(String((user + system) / MESSAGES));
process.exit(0);

function write(socket: Socket, count: number): void {
  socket.cork();
  for (let i = 0; i < count; i += 1) {
    const cipher = createCipheriv('chacha20-poly1305', key, nonce, options);
    socket.write(cipher.update(message));
    cipher.final();
    socket.write(cipher.getAuthTag());
  }
  socket.uncork();
}

/** @throws where it is not what was sealed */
function open(record: Buffer): void {
  const decipher = createDecipheriv('chacha20-poly1305', key, nonce, options);
  decipher.setAuthTag(record.subarray(MESSAGE_BYTES));
  decipher.update(record.subarray(0, MESSAGE_BYTES));
  decipher.final();
  opened += 1;
  if (opened === WARM_UP) before = process.cpuUsage();
  if (opened === WARM_UP + MESSAGES) over.resolve();
}
