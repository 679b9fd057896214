/** A place in our code, and what stood there if it were as it was in the system Parley grew from. `from` is there exactly once. */
export interface Change {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** One way of having a flaw back: the test that answers it must then fail. */
export interface OldBehaviour {
  readonly flaw: number;
  readonly what: string;
  readonly changes: readonly Change[];
}

const protocol = (path: string, from: string, to: string): Change => ({ file: `packages/protocol/src/${path}`, from, to });
const server = (path: string, from: string, to: string): Change => ({ file: `packages/server/src/${path}`, from, to });
const client = (path: string, from: string, to: string): Change => ({ file: `packages/client/src/${path}`, from, to });
const cli = (path: string, from: string, to: string): Change => ({ file: `packages/cli/src/${path}`, from, to });

/** `node e2e/flaws/reenact.ts` has each of them back in a copy of the repository, and runs the test. */
export const OLD_BEHAVIOURS: readonly OldBehaviour[] = [
  {
    flaw: 1,
    what: 'the verdict of decryption is ignored',
    changes: [
      protocol(
        'crypto/sodium.ts',
        'if (failure !== 0) throw new DecryptError();',
        'if (failure !== 0) return this.seal(key, nonce, ad, ciphertext.subarray(0, -16)).slice(0, -16);',
      ),
    ],
  },
  {
    flaw: 2,
    what: 'the length in a record is believed',
    changes: [
      protocol('channel/padding.ts', "if (end > padded.length) throw new DecodeError('the length exceeds what is there');", ''),
    ],
  },
  {
    flaw: 3,
    what: 'the server has nothing fresh in a handshake',
    changes: [
      server('session/login.ts', 'serverTimeMs: BigInt(clock.nowMs()),', 'serverTimeMs: 1n,'),
      protocol(
        'noise/handshake-state.ts',
        'this.#e = this.#crypto.x25519.generate();',
        'this.#e = structuredClone((globalThis.e ??= this.#crypto.x25519.generate()));',
      ),
      protocol(
        'noise/handshake-state.ts',
        'const { ciphertext, sharedSecret } = this.#crypto.mlkem768.encapsulate(present(this.#re1));',
        'const { ciphertext, sharedSecret } = structuredClone(((globalThis.kem ??= {})[present(this.#re1).join()] ??= this.#crypto.mlkem768.encapsulate(present(this.#re1))));',
      ),
    ],
  },
  {
    flaw: 4,
    what: 'whoever says a name has it',
    changes: [
      server(
        'store/sqlite/accounts.ts',
        'if (found === undefined || !isKey) return undefined;',
        'if (found === undefined) return undefined;',
      ),
    ],
  },
  {
    flaw: 5,
    what: 'the transcript is in no key',
    changes: [protocol('noise/symmetric-state.ts', 'this.#hash = this.#crypto.sha256(concat(this.#hash, data));', 'void data;')],
  },
  {
    flaw: 5,
    what: 'a signature does not say what it is for',
    changes: [
      protocol(
        'identity/signing.ts',
        'crypto.ed25519.verify(publicKey, concat(domain, bytes), signature)',
        'crypto.ed25519.verify(publicKey, bytes, signature)',
      ),
      protocol(
        'identity/signing.ts',
        'return crypto.ed25519.sign(seed, concat(domain, bytes));',
        'return crypto.ed25519.sign(seed, bytes);',
      ),
    ],
  },
  {
    flaw: 6,
    what: 'nonces have 32 bits',
    changes: [protocol('noise/cipher-state.ts', 'nonceView.setUint32(8, Math.floor(nonce / 2 ** 32), true);', '')],
  },
  {
    flaw: 6,
    what: 'ephemeral keys come again',
    changes: [
      protocol(
        'noise/handshake-state.ts',
        'this.#e = this.#crypto.x25519.generate();',
        'this.#e = structuredClone((globalThis.e ??= this.#crypto.x25519.generate()));',
      ),
    ],
  },
  {
    flaw: 7,
    what: 'a key is the hash of one secret',
    changes: [
      protocol(
        'noise/symmetric-state.ts',
        'const [chainingKey, key] = hkdf(this.#crypto, this.#chainingKey, inputKeyMaterial, 2);',
        'const [chainingKey, key] = [this.#crypto.sha256(inputKeyMaterial), this.#crypto.sha256(inputKeyMaterial)];',
      ),
    ],
  },
  {
    flaw: 8,
    what: 'one key both ways',
    changes: [
      protocol(
        'noise/symmetric-state.ts',
        'return [new CipherState(this.#crypto, toResponder), new CipherState(this.#crypto, toInitiator)];',
        'return [new CipherState(this.#crypto, toInitiator.slice()), new CipherState(this.#crypto, toInitiator)];',
      ),
    ],
  },
  {
    flaw: 9,
    what: 'no key is ever replaced',
    changes: [
      protocol('channel/records.ts', 'if (cipher.nonce > 0 && cipher.nonce % RECORDS_PER_KEY === 0) cipher.rekey();', ''),
    ],
  },
  {
    flaw: 9,
    what: 'counters go on at their end',
    changes: [
      protocol(
        'noise/cipher-state.ts',
        "if (nonce >= LAST_NONCE) throw new Error('this key is spent');\n    this.#nonce = nonce + 1;",
        'this.#nonce = (nonce + 1) % LAST_NONCE;',
      ),
      protocol(
        'channel/records.ts',
        'if (cipher.nonce > 0 && cipher.nonce % RECORDS_PER_KEY === 0) cipher.rekey();',
        'if (cipher.nonce === RECORDS_PER_KEY) cipher.rekey();',
      ),
    ],
  },
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
    flaw: 14,
    what: 'an error of a peer ends the process',
    changes: [
      server(
        'session/dispatch.ts',
        'session.answerError(error, frame.sequence, frame.opcode);\n  }\n  return undefined;',
        'process.exit(1);\n  }\n  return undefined;',
      ),
    ],
  },
  {
    flaw: 15,
    what: 'what a socket does not take at once is dropped',
    changes: [
      server(
        'transport/connection.ts',
        'if (this.#ended) return;\n    this.#socket.cork();',
        'if (this.#ended || this.bufferedBytes > 0) return;\n    this.#socket.cork();',
      ),
    ],
  },
  {
    flaw: 16,
    what: 'whoever waits for the rest of a frame asks over and over',
    changes: [
      server(
        'session/open-record.ts',
        'session.countPartialFrame();',
        'session.countPartialFrame();\n  const ask = (): void => void (session.channel.partialBytes > 0 && setImmediate(ask));\n  ask();',
      ),
    ],
  },
  {
    flaw: 17,
    what: 'there is no deadline',
    changes: [
      server('transport/admission.ts', 'this.#cancel ??= this.#clock.after(this.#timeoutMs, () => this.socket.destroy());', ''),
    ],
  },
  {
    flaw: 17,
    what: 'who is there first keeps others out',
    changes: [
      server(
        'transport/admission.ts',
        'if (this.#guests.size >= maxHandshakesInProgress || this.#visitors.size >= maxConnections) this.#dropOldestGuest();',
        'if (this.#guests.size >= maxHandshakesInProgress) return false;',
      ),
    ],
  },
  {
    flaw: 18,
    what: 'a server looks for work all the time',
    changes: [
      server(
        'transport/heartbeat.ts',
        'readonly #clock: Clock;',
        'readonly #spin = setImmediate(function spin() { setImmediate(spin); });\n  readonly #clock: Clock;',
      ),
    ],
  },
  {
    flaw: 19,
    what: 'everybody waits for the slowest',
    changes: [
      server(
        'session/pace.ts',
        'if (!session.hasRoom && !session.connection.isOver) return session.room();',
        'for (const other of session.services.online.sessions()) if (!other.hasRoom) return other.room();',
      ),
    ],
  },
  {
    flaw: 20,
    what: 'requests wait without end',
    changes: [server('store/sqlite/requests.ts', '>= MAX_PENDING_SENT', '< 0')],
  },
  {
    flaw: 20,
    what: 'frames in part wait without end',
    changes: [
      server('session/partial-frames.ts', 'now > before && this.#bytes > this.#maxBytes', 'now > before && this.#bytes < 0'),
    ],
  },
  {
    flaw: 21,
    what: 'the beginning of a name will do',
    changes: [server('store/sqlite/accounts.ts', 'FROM users WHERE username = ?`', "FROM users WHERE username LIKE ? || '%'`")],
  },
  {
    flaw: 22,
    what: 'where a message ends is not looked at',
    changes: [protocol('wire/message-head.ts', ' || at + length !== body.length', '')],
  },
  {
    flaw: 23,
    what: 'who knows the id of a conversation may write to it',
    changes: [
      server('opcodes/message.ts', "if (parcels.length === found.members.length) throw protocolError('not_member');", ''),
    ],
  },
  {
    flaw: 23,
    what: 'one can ask oneself',
    changes: [
      protocol(
        'identity/consent.ts',
        "if (statement.from === statement.to) throw malformed('a request is between two users');",
        '',
      ),
      server('store/sqlite/consent.ts', 'device.username !== from || from === to', 'device.username !== from'),
    ],
  },
  {
    flaw: 24,
    what: 'the older session of a device stays',
    changes: [server('session/enter.ts', "replaced?.end('replaced');", '')],
  },
  {
    flaw: 25,
    what: 'who leaves takes a newer session of the name along',
    changes: [server('delivery/online.ts', 'devices?.get(session.device) !== session', 'devices === undefined')],
  },
  {
    flaw: 26,
    what: 'keys are left as they are',
    changes: [protocol('bytes/bytes.ts', 'for (const secret of secrets) secret.fill(0);', 'void secrets;')],
  },
  {
    flaw: 26,
    what: 'each packet leaves something behind',
    changes: [
      server(
        'session/open-record.ts',
        'session.countPartialFrame();',
        'session.countPartialFrame();\n  (globalThis.packets ??= []).push(record.slice());',
      ),
    ],
  },
  {
    flaw: 27,
    what: 'records are as long as what is in them',
    changes: [
      protocol('limits.ts', 'MIN_RECORD_PLAINTEXT = 256', 'MIN_RECORD_PLAINTEXT = 2'),
      protocol(
        'bytes/padme.ts',
        'export function padme(',
        'export function padme(length: number): number {\n  return length;\n}\nfunction unused(',
      ),
    ],
  },
  {
    flaw: 28,
    what: 'OK comes before anything is written',
    changes: [
      server(
        'opcodes/message.ts',
        'return { later: appended.then(answer) };',
        'void appended.then(answer);\n  return okReply();',
      ),
    ],
  },
  {
    flaw: 29,
    what: 'text of others is printed as it comes',
    changes: [cli('sanitize.ts', 'needed ?? REPLACEMENT)', 'needed ?? _)')],
  },
  {
    flaw: 30,
    what: 'a request has to be answered before anything goes on',
    changes: [
      client(
        'conversations/incoming-consent.ts',
        'if (!crossing) return transaction.effect(() => context.showOnce(toHex(requestId), peer));',
        'if (!crossing) {\n    context.showOnce(toHex(requestId), peer);\n    await new Promise(() => {});\n  }',
      ),
    ],
  },
];
