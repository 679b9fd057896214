/**
 * Prints the worked example of docs/protocol.md: a login and a frame, with the fixed keys of the first frozen vector
 * (packages/protocol/test/vectors/xxhfs.json), made by the code that clients and servers run.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import { AwaitingClientHello, type Channel, fromHex, Opcode, startLogin, toHex } from '@parley/protocol';
import { nodeCrypto } from '@parley/protocol/crypto/node';
import { ClientLoginSchema, ListRequestSchema, ServerHelloSchema } from '@parley/protocol/wire';
import { pairOf, withFixedKeys } from '../packages/protocol/test/noise/fixed-keys.ts';
import type { XXhfsVector } from '../packages/protocol/test/noise/xxhfs.ts';

const FILE = resolve(import.meta.dirname, '../packages/protocol/test/vectors/xxhfs.json');

export function workedExample(): string {
  const [vector] = (JSON.parse(readFileSync(FILE, 'utf8')) as { vectors: XXhfsVector[] }).vectors;
  if (vector === undefined) throw new Error('there is no frozen vector');
  const login = logIn(vector);
  const request = toBinary(ListRequestSchema, create(ListRequestSchema, { prefix: 'al', limit: 10 }));
  login.client.queue(Opcode.LIST, 1, request);
  const [record] = login.client.flush();
  const [frame] = login.server.open(record as Uint8Array);

  return [
    ...field('client e', vector.init_ephemeral),
    ...field('client e1 seed', vector.init_kem_seed),
    ...field('client s', vector.init_static),
    ...field('server e', vector.resp_ephemeral),
    ...field('ekem1 m', vector.resp_kem_randomness),
    ...field('server s', vector.resp_static),
    '',
    ...excerpt('1.0', login.first),
    ...field('ServerHello', toHex(login.hello)),
    ...excerpt('1.1', login.second),
    ...field('ClientLogin', toHex(login.clientLogin)),
    ...excerpt('1.2', login.third),
    ...field('handshake hash', toHex(login.client.handshakeHash)),
    '',
    ...field('ListRequest', toHex(request)),
    ...field('frame', toHex(header(frame?.opcode ?? 0, request.length, frame?.sequence ?? 0)) + toHex(request)),
    ...excerpt('record 0', record as Uint8Array),
  ].join('\n');
}

/** 1.0, 1.1 and 1.2 with what is in them, and the two ends of the channel. */
function logIn(vector: XXhfsVector) {
  const clientCrypto = withFixedKeys(nodeCrypto, { e: fromHex(vector.init_ephemeral), e1: fromHex(vector.init_kem_seed) });
  const serverCrypto = withFixedKeys(nodeCrypto, { e: fromHex(vector.resp_ephemeral), kem: fromHex(vector.resp_kem_randomness) });
  const hello = create(ServerHelloSchema, { serverTimeMs: 1_800_000_000_000n, versions: [1] });
  const clientLogin = create(ClientLoginSchema, { version: 1, username: 'alice', deviceId: fromHex('0102030405060708') });

  const client = startLogin(clientCrypto, { channelKey: pairOf(nodeCrypto.x25519, fromHex(vector.init_static)) });
  const server = new AwaitingClientHello(serverCrypto, { channelKey: pairOf(nodeCrypto.x25519, fromHex(vector.resp_static)) });
  const answered = server.receive(client.message, hello);
  const sent = client.next.receive(answered.message).next.login(clientLogin);
  const ends: { client: Channel; server: Channel } = {
    client: sent.channel,
    server: answered.next.receive(sent.message).channel,
  };
  return {
    ...ends,
    first: client.message,
    second: answered.message,
    third: sent.message,
    hello: toBinary(ServerHelloSchema, hello),
    clientLogin: toBinary(ClientLoginSchema, clientLogin),
  };
}

function header(opcode: number, length: number, sequence: number): Uint8Array {
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, length);
  view.setUint8(0, opcode);
  view.setUint32(4, sequence);
  return bytes;
}

/** All of it, in lines of 32 bytes. */
function field(name: string, hex: string): string[] {
  return (hex.match(/.{1,64}/g) ?? []).map((line, index) => `${(index === 0 ? name : '').padEnd(16)}${line}`);
}

/** Length, beginning, end and hash of what is too long to print. */
function excerpt(name: string, bytes: Uint8Array): string[] {
  return [
    `${name.padEnd(16)}${bytes.length.toLocaleString('en')} bytes, SHA-256:`,
    ...field('', toHex(nodeCrypto.sha256(bytes))),
    ...field('', `${toHex(bytes.subarray(0, 16))} … ${toHex(bytes.subarray(-12))}`),
  ];
}

if (import.meta.main) {
  console.log(workedExample());
}
