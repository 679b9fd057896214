import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toBinary } from '@bufbuild/protobuf';
import { nodeCrypto } from '../../src/crypto/node.ts';
import { ConsentKind, SignedConsentSchema } from '../../src/gen/parley_pb.ts';
import { concat, openConsent, openDeviceCertificate, openDeviceList, signConsent } from '../../src/index.ts';
import { makeUser, refusesAsMalformed } from '../identity/people.ts';

const { devices, certificates, list } = makeUser('alice');
const [device] = devices;
const [certificate] = certificates;
assert.ok(device && certificate);
const opened = openDeviceList(nodeCrypto, list);
const consent = toBinary(
  SignedConsentSchema,
  signConsent(nodeCrypto, device.signature.secret, {
    kind: ConsentKind.CANCEL,
    requestId: new Uint8Array(16),
    from: 'alice',
    deviceId: device.deviceId,
    to: 'bob',
    timeMs: 1n,
  }),
);

const SIGNED: readonly [name: string, encoded: Uint8Array, open: (encoded: Uint8Array) => unknown][] = [
  ['device certificate', certificate, (encoded) => openDeviceCertificate(nodeCrypto, encoded)],
  ['device list', list, (encoded) => openDeviceList(nodeCrypto, encoded)],
  ['consent', consent, (encoded) => openConsent(nodeCrypto, encoded, opened)],
];

for (const [name, encoded, open] of SIGNED) {
  test(`what nobody signed cannot be put around a signed ${name}`, () => {
    open(encoded);
    // A field that is not known, one of another wire type, a field that stands twice, one that is empty.
    for (const more of [
      [0xf0, 0x0e, 0x00],
      [0x7a, 0x01, 0x61],
      [0x10, 0x00],
      [0x12, 0x00],
    ]) {
      refusesAsMalformed(() => open(concat(encoded, Uint8Array.from(more))));
      refusesAsMalformed(() => open(concat(Uint8Array.from(more), encoded)));
    }
  });
}
