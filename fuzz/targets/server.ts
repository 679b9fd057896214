import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DecodeError, isUsername, ParleyError } from '@parley/protocol';
import { nodeCrypto } from '@parley/protocol/crypto/node';
import { UserListSchema } from '@parley/protocol/wire';
import fc from 'fast-check';
import { readPresence, readUserList } from '../../packages/client/src/connection/names.ts';
import { AuthorityError } from '../../packages/server/src/authority/authority-error.ts';
import { Issued } from '../../packages/server/src/authority/issued.ts';
import { decodeKeyPem, decodePem, encodeKeyPem, encodePem } from '../../packages/server/src/authority/pem.ts';
import { readServerFile, ServerFileError } from '../../packages/server/src/operations/server-file.ts';
import { ENCODINGS, preferredEncoding } from '../../packages/server/src/transport/accept-encoding.ts';
import { type Prepared, type Target, take } from '../engine/target.ts';
import { encodingOf } from '../support/protobuf.ts';
import { textOf, textOfParts, tokensOf } from '../support/text.ts';

/** A header of anybody. */
const acceptEncoding: Target = {
  name: 'accept-encoding',
  decodes: ['preferredEncoding'],
  refuses: [],
  maxLength: 400,
  prepare: () => ({
    run(input) {
      const header = textOf(input);
      const best = take(preferredEncoding(header, ENCODINGS));
      assert.ok(new RegExp(`${best}|\\*`, 'i').test(header), 'nobody has asked for it');
      assert.equal(preferredEncoding(header, []), undefined);
    },
    seeds: tokensOf('gzip, deflate, br, zstd', 'br;q=0.5,gzip;q=0.501', '*', 'identity;q=0', '*;q=0, gzip', ''),
    structured: textOfParts(['gzip', 'br', '*', 'identity', ';q=', '0', '1', '.5', ',', ' ', '\t', 'Q']),
  }),
};

const DER = new Uint8Array(100).fill(7);
const PEM = encodePem('CERTIFICATE', DER);

/** What an operator puts into the folder. */
const pem: Target = {
  name: 'pem',
  decodes: ['decodePem'],
  refuses: [AuthorityError],
  maxLength: 600,
  prepare: () => ({
    run(input) {
      const der = decodePem('CERTIFICATE', textOf(input), 'ca.pem');
      assert.ok(der.length <= input.length);
      if (der.length > 0) assert.deepEqual(decodePem('CERTIFICATE', encodePem('CERTIFICATE', der), 'ca.pem'), der);
    },
    seeds: tokensOf(PEM, `text\n${PEM}text`, PEM.replaceAll('\n', '\r\n'), encodePem('X509 CRL', DER)),
    tokens: tokensOf('-----BEGIN CERTIFICATE-----', '-----END CERTIFICATE-----', '=', '\n', '-----'),
  }),
};

const keyPem: Target = {
  name: 'key-pem',
  decodes: ['decodeKeyPem'],
  refuses: [AuthorityError],
  maxLength: 600,
  quickRuns: 1_000,
  prepare: () => ({
    run(input) {
      const { secret, publicKey } = decodeKeyPem(nodeCrypto, 'x25519', textOf(input), 'server.key');
      assert.ok(secret.length === 32 && publicKey.length === 32);
    },
    seeds: tokensOf(encodeKeyPem('x25519', new Uint8Array(32).fill(5)), encodeKeyPem('ed25519', new Uint8Array(32).fill(5)), PEM),
    tokens: tokensOf('-----BEGIN ENCRYPTED PRIVATE KEY-----', 'MC4CAQAwBQYDK2VuBCIEI', '=', '\n'),
  }),
};

interface JsonFile {
  readonly file: string;
  /** What stands in it, by field. */
  readonly sound: Readonly<Record<string, unknown>>;
  readonly read: (folder: string) => Promise<void>;
}

/** A target that reads a file of the data folder. */
function fileTarget(name: string, decodes: string, { file, sound, read }: JsonFile): Target {
  return {
    name,
    decodes: [decodes],
    refuses: [ServerFileError],
    maxLength: 600,
    quickRuns: 200,
    prepare(): Prepared {
      const folder = mkdtempSync(join(tmpdir(), 'parley-fuzz-'));
      return {
        async run(input) {
          writeFileSync(join(folder, file), input);
          await read(folder);
        },
        seeds: tokensOf(JSON.stringify(sound), '', '{}', 'null', '[]', '{"pid":'),
        tokens: tokensOf('"', '{', '}', '[', ']', ',', ':', 'null', '1e9', '-1', '"\\u0000"'),
        structured: almost(sound).map((value) => new Uint8Array(Buffer.from(JSON.stringify(value) ?? ''))),
        finish: () => rmSync(folder, { recursive: true }),
      };
    },
  };
}

/** The same with fields that say something else, now and then. */
function almost(sound: Readonly<Record<string, unknown>>): fc.Arbitrary<unknown> {
  const other = fc.oneof(fc.constantFrom(null, -1, 1.5, 65_536, '', [], [7], {}), fc.jsonValue({ maxDepth: 1 }));
  const field = (value: unknown) => fc.oneof({ weight: 4, arbitrary: fc.constant(value) }, other);
  return fc.record(Object.fromEntries(Object.entries(sound).map(([key, value]) => [key, field(value)])));
}

const serverFile = fileTarget('server-file', 'readServerFile', {
  file: 'server.json',
  sound: { pid: 1, host: '::', port: 10_000, names: ['localhost'], tls: false, webUrl: 'https://a.example' },
  read: async (folder) => {
    const { port, names, tls } = take(await readServerFile(folder));
    assert.ok(Number.isInteger(port) && names.every((one) => typeof one === 'string') && typeof tls === 'boolean');
  },
});

const issued = fileTarget('issued-file', 'Issued', {
  file: 'issued.json',
  sound: { 'ca.pem': ['ab'], 'server.pem': [], 'crl.pem': ['cd'], crlNumber: '7' },
  read: async (folder) => {
    let hasWarned = false;
    const notes = await Issued.load(folder, () => {
      hasWarned = true;
    });
    assert.equal(typeof notes.crlNumber, 'bigint');
    assert.equal(notes.has('ca.pem', DER), false);
    take(!hasWarned);
  },
});

/** What a server says of who is on line, to a client. */
const userList: Target = {
  name: 'user-list',
  decodes: ['readUserList', 'readPresence'],
  refuses: [DecodeError, ParleyError],
  maxLength: 600,
  prepare: () => ({
    run(input) {
      for (const user of readUserList(input).online) assert.ok(isUsername(user));
      assert.ok(isUsername(readPresence(input).username));
    },
    seeds: [Uint8Array.of(0x0a, 3, 0x62, 0x6f, 0x62), Uint8Array.of(0x0a, 3, 0x62, 0x6f, 0x0a), Uint8Array.of(0x12, 1, 0x41)],
    structured: encodingOf(UserListSchema),
  }),
};

export const targets = [acceptEncoding, pem, keyPem, serverFile, issued, userList];
