import assert from 'node:assert/strict';
import { DecodeError, equalBytes } from '@parley/protocol';
import { parseCertificate, parseCrl } from '@parley/protocol/x509';
import { bitString, sequence } from '../../packages/server/src/authority/der.ts';
import type { Target } from '../engine/target.ts';
import { makeAuthority } from '../support/authority.ts';
import { changedDer } from '../support/der.ts';

const { caCertificate, serverCertificate, crl } = makeAuthority();
/** Object identifiers and types that the parsers look for. */
const TOKENS = [
  Uint8Array.of(0x30, 0x80),
  Uint8Array.of(0x30, 0x82, 0xff, 0xff),
  Uint8Array.of(0x06, 0x03, 0x55, 0x1d, 0x0f),
  Uint8Array.of(0x06, 0x03, 0x55, 0x1d, 0x11),
  Uint8Array.of(0x01, 0x01, 0xff),
  Uint8Array.of(0x02, 0x01, 0x00),
  Uint8Array.of(0xa3, 0x02, 0x30, 0x00),
];

/** One certificate has one encoding: put together again from its parts it is what it was. */
function isWhole(der: Uint8Array, parts: { tbs: Uint8Array; signatureAlgorithm: Uint8Array; signature: Uint8Array }): void {
  assert.ok(equalBytes(sequence(parts.tbs, parts.signatureAlgorithm, bitString(parts.signature)), der));
}

const certificate: Target = {
  name: 'certificate',
  decodes: ['parseCertificate', 'readSigned', 'readSerial', 'readWrapped', 'readExtensions', 'DerReader'],
  refuses: [DecodeError],
  maxLength: 1_000,
  prepare: () => ({
    run(input) {
      const parsed = parseCertificate(input);
      isWhole(input, parsed);
      assert.ok(parsed.serial.length >= 1 && parsed.serial.length <= 20);
      assert.ok(Number.isSafeInteger(parsed.notBeforeMs) && Number.isSafeInteger(parsed.notAfterMs));
    },
    seeds: [caCertificate, serverCertificate],
    tokens: TOKENS,
    structured: changedDer(caCertificate, serverCertificate),
  }),
};

const revocationList: Target = {
  name: 'crl',
  decodes: ['parseCrl', 'readCrlNumber'],
  refuses: [DecodeError],
  maxLength: 1_000,
  prepare: () => ({
    run(input) {
      const parsed = parseCrl(input);
      isWhole(input, parsed);
      assert.ok(parsed.number >= 0n);
    },
    seeds: [crl],
    tokens: TOKENS,
    structured: changedDer(crl),
  }),
};

export const targets = [certificate, revocationList];
