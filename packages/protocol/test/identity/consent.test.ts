import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { nodeCrypto } from '../../src/crypto/node.ts';
import { ConsentKind, ConsentStatementSchema, SignedConsentSchema } from '../../src/gen/parley_pb.ts';
import {
  concat,
  fromHex,
  hashKeyPackages,
  hashWelcome,
  openConsent,
  openDeviceList,
  readConsent,
  signConsent,
  utf8,
} from '../../src/index.ts';
import { makeUser, refusesAsMalformed } from './people.ts';

const alice = makeUser('alice', { devices: 2 });
const list = openDeviceList(nodeCrypto, alice.list);
const device = alice.devices[1]!;
const rtt = {
  kind: ConsentKind.RTT as ConsentKind,
  requestId: new Uint8Array(16).fill(1),
  from: 'alice',
  deviceId: device.deviceId,
  to: 'bob',
  conversation: new Uint8Array(),
  timeMs: 1_700_000_000_000n,
  attachmentSha256: new Uint8Array(32).fill(2),
};
const accept = { ...rtt, kind: ConsentKind.ACCEPT as ConsentKind, conversation: new Uint8Array(16).fill(3) };
const refuse = { ...rtt, kind: ConsentKind.REFUSE as ConsentKind, attachmentSha256: new Uint8Array() };
const cancel = { ...refuse, kind: ConsentKind.CANCEL as ConsentKind };

type Statement = MessageInitShape<typeof ConsentStatementSchema>;

/** Signed as it must be, whatever it says. */
function sign(statement: Statement, seed = device.signature.secret, domain = 'parley consent v1\0') {
  const bytes = toBinary(ConsentStatementSchema, create(ConsentStatementSchema, statement));
  return create(SignedConsentSchema, { statement: bytes, signature: nodeCrypto.ed25519.sign(seed, concat(utf8(domain), bytes)) });
}
const open = (signed: Parameters<typeof openConsent>[1]) => openConsent(nodeCrypto, signed, list);

describe('consent statement', () => {
  for (const statement of [rtt, accept, refuse, cancel]) {
    test(`opens what signConsent made, kind ${statement.kind}`, () => {
      const signed = signConsent(nodeCrypto, device.signature.secret, statement);
      assert.deepEqual(open(signed), create(ConsentStatementSchema, statement));
      assert.deepEqual(open(toBinary(SignedConsentSchema, signed)), create(ConsentStatementSchema, statement));
      assert.deepEqual(readConsent(signed.statement), create(ConsentStatementSchema, statement));
    });
  }
  test('opens an RTT that names the conversation of a group', () => {
    open(sign({ ...rtt, conversation: new Uint8Array(16) }));
  });
  test('signs nothing that it would refuse', () =>
    refusesAsMalformed(() => signConsent(nodeCrypto, device.signature.secret, { ...rtt, to: 'alice' })));

  const refused: Record<string, Statement> = {
    'a kind that is not set': { ...rtt, kind: ConsentKind.UNSPECIFIED },
    'a kind nobody knows': { ...rtt, kind: 9 as ConsentKind },
    'a request id of 15 bytes': { ...rtt, requestId: new Uint8Array(15) },
    'a device id of 9 bytes': { ...rtt, deviceId: new Uint8Array(9) },
    'a sender outside the grammar of names': { ...rtt, from: 'Alice' },
    'a receiver outside the grammar of names': { ...rtt, to: '' },
    'a request to oneself': { ...rtt, to: 'alice' },
    'a statement of another user': { ...rtt, from: 'bob', to: 'carol' },
    'a device that is not on the list': { ...rtt, deviceId: new Uint8Array(8) },
    'an RTT without an attachment hash': { ...rtt, attachmentSha256: new Uint8Array() },
    'an RTT with a conversation of 15 bytes': { ...rtt, conversation: new Uint8Array(15) },
    'an ACCEPT without a conversation': { ...accept, conversation: new Uint8Array() },
    'an ACCEPT with an attachment hash of 31 bytes': { ...accept, attachmentSha256: new Uint8Array(31) },
    'a REFUSE with an attachment hash': { ...refuse, attachmentSha256: new Uint8Array(32) },
    'a REFUSE with a conversation': { ...refuse, conversation: new Uint8Array(16) },
    'a CANCEL with an attachment hash': { ...cancel, attachmentSha256: new Uint8Array(32) },
  };
  for (const [what, statement] of Object.entries(refused))
    test(`refuses ${what}`, () => refusesAsMalformed(() => open(sign(statement))));

  test('refuses the signature of another device of the user', () =>
    refusesAsMalformed(() => open(sign(rtt, alice.devices[0]!.signature.secret))));
  test('refuses the signature of the identity key', () => refusesAsMalformed(() => open(sign(rtt, alice.identity.secret))));
  test('refuses a signature made for something else', () =>
    refusesAsMalformed(() => open(sign(rtt, device.signature.secret, 'parley device list v1\0'))));
  test('refuses a statement of over 512 bytes', () => {
    refusesAsMalformed(() => readConsent(new Uint8Array(513)));
    refusesAsMalformed(() => open(new Uint8Array(2_000)));
  });
  test('refuses a statement with any one bit changed (property)', () => {
    const encoded = toBinary(SignedConsentSchema, sign(rtt));
    fc.assert(
      fc.property(fc.nat(encoded.length - 1), fc.nat(7), (index, bit) => {
        const changed = encoded.slice();
        changed[index] = (changed[index] as number) ^ (1 << bit);
        refusesAsMalformed(() => open(changed));
      }),
    );
  });
  test('throws nothing but malformed, whatever the bytes (property)', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => refusesAsMalformed(() => open(bytes))));
  });

  test('hashes KeyPackages with a u32 length before each', () => {
    const keyPackages = [{ keyPackage: Uint8Array.of(1, 2, 3) }, { keyPackage: Uint8Array.of(4) }];
    const hashed = createHash('sha256')
      .update(fromHex('00000003010203' + '0000000104'))
      .digest();
    assert.deepEqual(hashKeyPackages(nodeCrypto, keyPackages), new Uint8Array(hashed));
  });
  test('hashes KeyPackages so that moving a boundary changes the hash (property)', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 2, maxLength: 40 }), fc.nat(), fc.nat(), (bytes, i, j) => {
        const split = (at: number) => [{ keyPackage: bytes.subarray(0, at) }, { keyPackage: bytes.subarray(at) }];
        const [a, b] = [i % bytes.length, j % bytes.length];
        const same = Buffer.compare(hashKeyPackages(nodeCrypto, split(a)), hashKeyPackages(nodeCrypto, split(b))) === 0;
        assert.equal(same, a === b);
      }),
    );
  });
  test('hashes a Welcome as it is', () => {
    assert.deepEqual(
      hashWelcome(nodeCrypto, utf8('abc')),
      fromHex('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'),
    );
  });
});
