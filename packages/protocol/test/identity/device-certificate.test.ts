import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { create, toBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { nodeCrypto } from '../../src/crypto/node.ts';
import { DeviceCertificateSchema, SignedDeviceCertificateSchema } from '../../src/gen/parley_pb.ts';
import { concat, generateIdentity, makeDevice, openDeviceCertificate, ParleyError, utf8 } from '../../src/index.ts';
import { refusesAsMalformed } from './people.ts';

const identity = generateIdentity(nodeCrypto);
const good = {
  username: 'alice',
  identityKey: identity.publicKey,
  deviceId: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
  deviceName: 'laptop',
  signatureKey: new Uint8Array(32).fill(1),
  channelKey: new Uint8Array(32).fill(2),
  createdMs: 1_700_000_000_000n,
};

/** Signed as it must be, whatever it says: what a hostile device could make for itself. */
function certify(change: Partial<typeof good> = {}, domain = 'parley device certificate v1\0'): Uint8Array {
  const certificate = toBinary(DeviceCertificateSchema, create(DeviceCertificateSchema, { ...good, ...change }));
  return wrap(certificate, nodeCrypto.ed25519.sign(identity.secret, concat(utf8(domain), certificate)));
}
function wrap(certificate: Uint8Array, signature: Uint8Array): Uint8Array {
  return toBinary(SignedDeviceCertificateSchema, create(SignedDeviceCertificateSchema, { certificate, signature }));
}
const open = (encoded: Uint8Array) => openDeviceCertificate(nodeCrypto, encoded);

describe('device certificate', () => {
  test('opens what makeDevice made', () => {
    const device = makeDevice(nodeCrypto, {
      username: 'alice',
      identity,
      deviceName: 'Alice’s phone 👩🏽‍💻',
      nowMs: 1_700_000_000_000,
    });
    assert.deepEqual(open(device.certificate), {
      username: 'alice',
      identityKey: identity.publicKey,
      deviceId: device.deviceId,
      deviceName: 'Alice’s phone 👩🏽‍💻',
      signatureKey: device.signature.publicKey,
      channelKey: device.channel.publicKey,
      createdMs: 1_700_000_000_000,
    });
    assert.equal(device.deviceId.length, 8);
  });
  test('keeps a device id that was chosen before', () => {
    const { deviceId } = good;
    const device = makeDevice(nodeCrypto, { username: 'alice', identity, deviceName: '', nowMs: 0, deviceId });
    assert.deepEqual(open(device.certificate).deviceId, deviceId);
  });
  test('makes no certificate that it would refuse', () => {
    const init = { username: 'alice', identity, deviceName: 'laptop', nowMs: 0 };
    refusesAsMalformed(() => makeDevice(nodeCrypto, { ...init, username: 'Alice' }));
    refusesAsMalformed(() => makeDevice(nodeCrypto, { ...init, deviceName: 'x'.repeat(65) }));
    refusesAsMalformed(() => makeDevice(nodeCrypto, { ...init, deviceId: new Uint8Array(7) }));
  });

  const refused: Record<string, Partial<typeof good>> = {
    'a name outside the grammar': { username: '../alice' },
    'an identity key of 31 bytes': { identityKey: identity.publicKey.subarray(1) },
    'a device id of 7 bytes': { deviceId: new Uint8Array(7) },
    'a device id of 9 bytes': { deviceId: new Uint8Array(9) },
    'a signature key of 33 bytes': { signatureKey: new Uint8Array(33) },
    'no channel key': { channelKey: new Uint8Array() },
    'a device name of 65 bytes': { deviceName: `${'é'.repeat(32)}x` },
    'a device name with a terminal escape': { deviceName: '\u001b[2Jlaptop' },
    'a device name that turns the direction of text': { deviceName: 'lap\u202etop' },
    'a date beyond what a number holds': { createdMs: 2n ** 63n },
    'another identity key than the one that signed': { identityKey: new Uint8Array(32).fill(9) },
  };
  for (const [what, change] of Object.entries(refused))
    test(`refuses ${what}`, () => refusesAsMalformed(() => open(certify(change))));

  test('refuses a signature made for something else', () =>
    refusesAsMalformed(() => open(certify({}, 'parley device list v1\0'))));
  test('refuses a signature of another length', () => {
    const certificate = toBinary(DeviceCertificateSchema, create(DeviceCertificateSchema, good));
    for (const length of [0, 63, 65]) refusesAsMalformed(() => open(wrap(certificate, new Uint8Array(length))));
  });
  test('refuses a certificate of over 512 bytes', () => {
    refusesAsMalformed(() => open(wrap(new Uint8Array(513), new Uint8Array(64))));
    refusesAsMalformed(() => open(new Uint8Array(513)));
  });
  test('refuses a certificate that is cut off anywhere', () => {
    const encoded = certify();
    for (let length = 0; length < encoded.length; length++) refusesAsMalformed(() => open(encoded.subarray(0, length)));
  });
  test('refuses a certificate with any one bit changed (property)', () => {
    const encoded = certify();
    fc.assert(
      fc.property(fc.nat(encoded.length - 1), fc.nat(7), (index, bit) => {
        const changed = encoded.slice();
        changed[index] = (changed[index] as number) ^ (1 << bit);
        assert.throws(() => open(changed), ParleyError);
      }),
    );
  });
  test('throws nothing but malformed, whatever the bytes (property)', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => refusesAsMalformed(() => open(bytes))));
  });
});
