import { client, type OldBehaviour, protocol, server } from '../old-behaviour.ts';

/** The flaws that ../identity.test.ts answers; 10 is answered in ../../hostile/evil-server-keys.test.ts. */
export const IDENTITY: readonly OldBehaviour[] = [
  {
    flaw: 10,
    what: 'whatever key the server shows is the key',
    changes: [
      client(
        'conversations/pins.ts',
        'if (!equalBytes(contact.identityKey, list.identityKey)) throw new IdentityChangedError(list.username, list.identityKey);',
        '',
      ),
    ],
  },
  {
    flaw: 11,
    what: 'a certificate of the CA is for every name',
    changes: [protocol('identity/server-check.ts', 'if (!isFor(certificate, expected.name)) {', 'if (!certificate) {')],
  },
  {
    flaw: 11,
    what: 'a certificate lives for ever',
    changes: [
      protocol('identity/server-check.ts', 'checkValidity(certificate, "the server\'s certificate", expected.nowMs);', ''),
    ],
  },
  {
    flaw: 11,
    what: 'a CRL never ages',
    changes: [
      protocol('identity/server-check.ts', 'crl.nextUpdateMs === undefined || crl.nextUpdateMs < nowMs', 'crl === undefined'),
    ],
  },
  {
    flaw: 11,
    what: 'serials are not looked for on the CRL',
    changes: [
      protocol('identity/server-check.ts', 'crl.revoked.some((entry) => equalBytes(entry.serial, serial))', 'crl === undefined'),
    ],
  },
  {
    flaw: 12,
    what: 'files are for everybody',
    changes: [client('vault/database.ts', "openSync(file, 'a', 0o600)", "openSync(file, 'a', 0o644)")],
  },
  {
    flaw: 12,
    what: 'what a vault holds is in clear',
    changes: [
      client(
        'vault/sealing.ts',
        'box.set(ciphertext, NONCE_BYTES);',
        'box.set(encodeRow(row, COLLECTIONS[row.collection].minimum), NONCE_BYTES);',
      ),
      client(
        'vault/sealing.ts',
        'this.#crypto.chacha20poly1305.open(this.#rowKey, nonce, associatedData(sealed), reader.rest())',
        'reader.rest().slice(0, -16)',
      ),
    ],
  },
  {
    flaw: 13,
    what: 'a name may be anything',
    changes: [protocol('identity/usernames.ts', '/^[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?$/', '/./')],
  },
  {
    flaw: 21,
    what: 'the beginning of a name will do',
    changes: [server('store/sqlite/accounts.ts', 'FROM users WHERE username = ?`', "FROM users WHERE username LIKE ? || '%'`")],
  },
];
