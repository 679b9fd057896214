import assert from 'node:assert/strict';
import { create, type DescMessage, toBinary } from '@bufbuild/protobuf';
import {
  concat,
  decodeMessage,
  equalBytes,
  openConsent,
  openDeviceCertificate,
  openDeviceList,
  ParleyError,
  readConsent,
  signConsent,
} from '@parley/protocol';
import { nodeCrypto } from '@parley/protocol/crypto/node';
import {
  ConsentKind,
  ConsentStatementSchema,
  DeviceCertificateSchema,
  DeviceListSchema,
  SignedConsentSchema,
  SignedDeviceCertificateSchema,
  SignedDeviceListSchema,
} from '@parley/protocol/wire';
import { SigningDomain, signIn } from '../../packages/protocol/src/identity/signing.ts';
import type { Target } from '../engine/target.ts';
import { encodingOf } from '../support/protobuf.ts';
import { makeUser } from '../support/user.ts';

const ALICE = makeUser('alice', 4);
const DEVICE = ALICE.devices[0];
const LIST = openDeviceList(nodeCrypto, ALICE.list);
const STATEMENT = {
  kind: ConsentKind.ACCEPT,
  requestId: new Uint8Array(16).fill(1),
  from: 'alice',
  deviceId: DEVICE.deviceId,
  to: 'bob',
  conversation: new Uint8Array(16).fill(2),
  timeMs: 7n,
  attachmentSha256: new Uint8Array(32).fill(3),
};
const CONSENT = signConsent(nodeCrypto, DEVICE.signature.secret, STATEMENT);

const opensCertificate = (bytes: Uint8Array) => assert.equal(openDeviceCertificate(nodeCrypto, bytes).username.length >= 2, true);
const opensList = (bytes: Uint8Array) => assert.ok(openDeviceList(nodeCrypto, bytes).devices.length >= 1);
const opensConsent = (bytes: Uint8Array) => assert.equal(openConsent(nodeCrypto, bytes, LIST).from, 'alice');

/** As it comes from anybody: nothing but what was signed opens, and that in one encoding only. */
function bare(name: string, decodes: string, schema: DescMessage, seed: Uint8Array, open: (input: Uint8Array) => void): Target {
  return {
    name,
    decodes: [decodes],
    refuses: [ParleyError],
    maxLength: 2_000,
    quickRuns: 2_000,
    prepare: () => ({
      run(input) {
        open(input);
        assert.ok(equalBytes(input, seed), 'forged');
      },
      seeds: [seed],
      structured: encodingOf(schema),
    }),
  };
}

interface Seal {
  readonly domain: Uint8Array;
  readonly secret: Uint8Array;
  /** The message around content and signature. */
  readonly around: (content: Uint8Array, signature: Uint8Array) => Uint8Array;
}

/** What whoever has the key may sign: the input is the content, and the signature holds. */
function sealed(target: Target, schema: DescMessage, seed: Uint8Array, seal: Seal, open: (signed: Uint8Array) => void): Target {
  return {
    ...target,
    name: `${target.name}-signed`,
    prepare: () => ({
      run(input) {
        const signature = signIn(nodeCrypto, seal.domain, seal.secret, input);
        try {
          open(seal.around(input, signature));
        } catch (error) {
          // A signature can only fail where the content names another key than the one that has signed.
          if (error instanceof ParleyError && /signature does not hold/.test(error.message))
            assert.ok(namesAnotherKey(schema, input));
          throw error;
        }
      },
      seeds: [seed],
      structured: encodingOf(schema),
    }),
  };
}

const OWN_KEY = Buffer.from(ALICE.identity.publicKey);

function namesAnotherKey(schema: DescMessage, content: Uint8Array): boolean {
  const message = decodeMessage(schema, content) as { identityKey?: Uint8Array; certificates?: readonly unknown[] };
  return message.identityKey === undefined || !OWN_KEY.equals(message.identityKey) || (message.certificates?.length ?? 0) > 0;
}

const certificateSeal: Seal = {
  domain: SigningDomain.deviceCertificate,
  secret: ALICE.identity.secret,
  around: (certificate, signature) =>
    toBinary(SignedDeviceCertificateSchema, create(SignedDeviceCertificateSchema, { certificate, signature })),
};
const listSeal: Seal = {
  domain: SigningDomain.deviceList,
  secret: ALICE.identity.secret,
  around: (list, signature) => toBinary(SignedDeviceListSchema, create(SignedDeviceListSchema, { list, signature })),
};
const consentSeal: Seal = {
  domain: SigningDomain.consent,
  secret: DEVICE.signature.secret,
  around: (statement, signature) => toBinary(SignedConsentSchema, create(SignedConsentSchema, { statement, signature })),
};

const certificate = bare(
  'device-certificate',
  'openDeviceCertificate',
  SignedDeviceCertificateSchema,
  DEVICE.certificate,
  opensCertificate,
);
const list = bare('device-list', 'openDeviceList', SignedDeviceListSchema, ALICE.list, opensList);
const consent = bare('consent', 'openConsent', SignedConsentSchema, toBinary(SignedConsentSchema, CONSENT), opensConsent);
const statement: Target = {
  ...consent,
  name: 'consent-statement',
  decodes: ['readConsent'],
  prepare: () => ({
    run(input) {
      const { from, to } = readConsent(input);
      assert.notEqual(from, to);
    },
    seeds: [CONSENT.statement, toBinary(ConsentStatementSchema, create(ConsentStatementSchema, { ...STATEMENT, to: 'alice' }))],
    structured: encodingOf(ConsentStatementSchema),
  }),
};

const contentOf = (encoded: Uint8Array) => decodeMessage(SignedDeviceListSchema, encoded).list;
const certificateOf = (encoded: Uint8Array) => decodeMessage(SignedDeviceCertificateSchema, encoded).certificate;

export const targets = [
  certificate,
  sealed(certificate, DeviceCertificateSchema, certificateOf(DEVICE.certificate), certificateSeal, opensCertificate),
  list,
  sealed(list, DeviceListSchema, concat(contentOf(ALICE.list)), listSeal, opensList),
  consent,
  sealed(consent, ConsentStatementSchema, CONSENT.statement, consentSeal, opensConsent),
  statement,
];
