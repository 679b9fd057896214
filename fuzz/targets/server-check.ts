import assert from 'node:assert/strict';
import { ByteReader, ByteWriter, checkServer, DecodeError, ServerCheckError } from '@parley/protocol';
import { nodeCrypto } from '@parley/protocol/crypto/node';
import { ED25519, parseCertificate, parseCrl } from '@parley/protocol/x509';
import fc from 'fast-check';
import type { Target } from '../engine/target.ts';
import { makeAuthority, SERVER_NAMES, signed } from '../support/authority.ts';
import { changedDer } from '../support/der.ts';
import { NOW_MS } from '../support/seeded-crypto.ts';

const AUTHORITY = makeAuthority();
const TBS = {
  ca: parseCertificate(AUTHORITY.caCertificate).tbs,
  server: parseCertificate(AUTHORITY.serverCertificate).tbs,
  crl: parseCrl(AUTHORITY.crl).tbs,
};

/** flags u8 | length u16 | CA | length u16 | server | CRL: what is to be signed, or with bit 0 of the flags as it is. */
function layOut(ca: Uint8Array, server: Uint8Array, crl: Uint8Array, flags = 0): Uint8Array {
  return new ByteWriter().u8(flags).u16(ca.length).bytes(ca).u16(server.length).bytes(server).bytes(crl).finish();
}

/** The whole check of a server whose CA signs whatever it likes, and is pinned. */
const whole: Target = {
  name: 'server-check',
  decodes: ['checkServer', 'readBasicConstraints', 'readKeyUsage', 'readExtendedKeyUsage', 'readSubjectAltName'],
  refuses: [ServerCheckError, DecodeError],
  maxLength: 2_000,
  quickRuns: 1_000,
  prepare: () => ({
    run(input) {
      const reader = new ByteReader(input);
      const flags = reader.u8();
      const seal = (tbs: Uint8Array) => ((flags & 1) === 0 ? signed(tbs, ED25519, AUTHORITY.caKey) : tbs);
      const hello = {
        caCertificate: seal(reader.take(reader.u16())),
        serverCertificate: seal(reader.take(reader.u16())),
        crl: seal(reader.rest()),
        versions: [1],
      };
      const { crlNumber } = refusedByName(() =>
        checkServer(nodeCrypto, hello, {
          // The invite is the CA's: it pins what this one shows.
          pin: nodeCrypto.sha256(pinnedKey(hello.caCertificate)),
          name: SERVER_NAMES[flags >> 6] as string,
          nowMs: NOW_MS,
          lowestCrlNumber: BigInt((flags >> 1) & 7),
          channelKey: AUTHORITY.channelKey.publicKey,
        }),
      );
      assert.equal(crlNumber, parseCrl(hello.crl).number);
    },
    seeds: [
      layOut(TBS.ca, TBS.server, TBS.crl),
      layOut(TBS.ca, TBS.server, TBS.crl, 0xc6),
      layOut(AUTHORITY.caCertificate, AUTHORITY.serverCertificate, AUTHORITY.crl, 0x81),
    ],
    structured: fc.oneof(
      changedDer(TBS.ca).map((ca) => layOut(ca, TBS.server, TBS.crl)),
      changedDer(TBS.server).map((server) => layOut(TBS.ca, server, TBS.crl)),
      changedDer(TBS.crl).map((crl) => layOut(TBS.ca, TBS.server, crl)),
    ),
  }),
};

function pinnedKey(ca: Uint8Array): Uint8Array {
  try {
    return parseCertificate(ca).publicKeyInfo;
  } catch {
    return AUTHORITY.caKey.publicKey;
  }
}

/** It says which check has failed, never that something could not be decoded. */
function refusedByName<T>(check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof ServerCheckError)) throw new Error('no check is named', { cause: error });
    throw error;
  }
}

export const targets = [whole];
