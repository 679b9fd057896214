import 'fake-indexeddb/auto';
import assert from 'node:assert/strict';
import fs, { type FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { generateIdentity, type KeyPair, signDeviceCertificate } from '@parley/protocol';
import { nodeCrypto } from '@parley/protocol/crypto/node';
import {
  Ciphersuite,
  ClientId,
  type CommitBundle,
  ConversationId,
  CoreCrypto,
  CredentialType,
  DatabaseKey,
  initWasmModule,
  type MlsTransportResponse,
  Welcome,
  WirePolicy,
} from '@wireapp/core-crypto/src/corecrypto.js';
import { NOW } from '../support.ts';

const SUITE = Ciphersuite.MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519;
/** version mls10, wire format mls_key_package: core-crypto gives and takes KeyPackages without this head of an MLSMessage. */
const KEY_PACKAGE_HEAD = Uint8Array.of(0, 1, 0, 5);
const LOST: MlsTransportResponse = { abort: { reason: 'another commit came first' } };

await loadWasm();
let databases = 0;

/**
 * A device whose MLS is OpenMLS (Wire's fork of it, in core-crypto), with one of our device certificates as its basic credential.
 * core-crypto 9 is the last that lets one: from version 10 on an id is a UUID, a number and a domain.
 */
export class OpenMlsDevice {
  readonly username: string;
  readonly certificate: Uint8Array;
  readonly deviceId: Uint8Array;
  readonly #core: CoreCrypto;
  readonly #bundles: CommitBundle[] = [];
  #answer: MlsTransportResponse = 'success';

  private constructor(core: CoreCrypto, made: Certified) {
    this.#core = core;
    this.username = made.username;
    this.certificate = made.certificate;
    this.deviceId = made.deviceId;
  }

  static async create(username: string): Promise<OpenMlsDevice> {
    // The certificate names the signature key, and a client makes that key when it has its id, the certificate: so the key is made
    // twice from the same entropy, which core-crypto lets one give, first under an id that is of no use.
    const entropySeed = nodeCrypto.randomBytes(32);
    const { signatureKey } = await open(entropySeed, new TextEncoder().encode(username));
    const made = certify(username, generateIdentity(nodeCrypto), signatureKey);
    const { core, signatureKey: again } = await open(entropySeed, made.certificate);
    assert.deepEqual(again, signatureKey);
    const device = new OpenMlsDevice(core, made);
    await core.provideTransport({
      sendCommitBundle: async (bundle) => {
        device.#bundles.push(bundle);
        return device.#answer;
      },
      sendMessage: async () => 'success',
      prepareForTransport: async () => assert.fail('there is no history here'),
    });
    return device;
  }

  /** As an MLSMessage. */
  async keyPackage(): Promise<Uint8Array> {
    const [bare] = await this.#core.transaction((context) => context.clientKeypackages(SUITE, CredentialType.Basic, 1));
    return Uint8Array.of(...KEY_PACKAGE_HEAD, ...(bare ?? assert.fail('no KeyPackage')));
  }

  /** Makes a group with the owners of these KeyPackages, and returns the Welcome. */
  async createGroup(groupId: Uint8Array, keyPackages: readonly Uint8Array[]): Promise<{ end: OpenMlsEnd; welcome: Uint8Array }> {
    const bare = keyPackages.map((keyPackage) => keyPackage.slice(KEY_PACKAGE_HEAD.length));
    await this.#core.transaction(async (context) => {
      const configuration = { ciphersuite: SUITE, wirePolicy: WirePolicy.Ciphertext };
      await context.createConversation(new ConversationId(groupId), CredentialType.Basic, configuration);
      await context.addClientsToConversation(new ConversationId(groupId), bare);
    });
    const welcome = this.#bundles.at(-1)?.welcome ?? assert.fail('no Welcome');
    return { end: new OpenMlsEnd(this, groupId), welcome: welcome.copyBytes() };
  }

  async join(welcome: Uint8Array): Promise<OpenMlsEnd> {
    const configuration = { wirePolicy: WirePolicy.Ciphertext };
    const { id } = await this.#core.transaction((context) => context.processWelcomeMessage(new Welcome(welcome), configuration));
    return new OpenMlsEnd(this, id.copyBytes());
  }

  encrypt(groupId: Uint8Array, plaintext: Uint8Array): Promise<Uint8Array> {
    return this.#core.transaction((context) => context.encryptMessage(new ConversationId(groupId), plaintext));
  }

  /** What it says of a message or a commit: text and certificate of the author are those of a message. */
  decrypt(groupId: Uint8Array, bytes: Uint8Array): Promise<{ text?: string; author?: Uint8Array; isCommit: boolean }> {
    return this.#core.transaction(async (context) => {
      const { message, senderClientId, hasEpochChanged } = await context.decryptMessage(new ConversationId(groupId), bytes);
      if (message === undefined || senderClientId === undefined) return { isCommit: hasEpochChanged };
      return { text: new TextDecoder().decode(message), author: senderClientId.copyBytes(), isCommit: hasEpochChanged };
    });
  }

  /** A key update that the server takes, or does not. */
  async commit(groupId: Uint8Array, isLost: boolean): Promise<Uint8Array> {
    this.#answer = isLost ? LOST : 'success';
    const update = this.#core.transaction((context) => context.updateKeyingMaterial(new ConversationId(groupId)));
    if (isLost) await assert.rejects(update);
    else await update;
    this.#answer = 'success';
    return this.#bundles.at(-1)?.commit ?? assert.fail('no commit');
  }

  async epoch(groupId: Uint8Array): Promise<number> {
    return Number(await this.#core.transaction((context) => context.conversationEpoch(new ConversationId(groupId))));
  }
}

/** One end of a group, with the words of `End`. */
export class OpenMlsEnd {
  readonly device: OpenMlsDevice;
  readonly #groupId: Uint8Array;

  constructor(device: OpenMlsDevice, groupId: Uint8Array) {
    this.device = device;
    this.#groupId = groupId;
  }

  send(text: string): Promise<Uint8Array> {
    return this.device.encrypt(this.#groupId, new TextEncoder().encode(text));
  }

  async receive(ciphertext: Uint8Array): Promise<{ text: string | undefined; certificate: Uint8Array | undefined }> {
    const { text, author } = await this.device.decrypt(this.#groupId, ciphertext);
    return { text, certificate: author };
  }

  commit(): Promise<Uint8Array> {
    return this.device.commit(this.#groupId, false);
  }

  /** A commit that came second: the group stays in its epoch. */
  losingCommit(): Promise<Uint8Array> {
    return this.device.commit(this.#groupId, true);
  }

  async process(commit: Uint8Array): Promise<void> {
    const { isCommit } = await this.device.decrypt(this.#groupId, commit);
    assert.ok(isCommit, 'the epoch is what it was');
  }

  epoch(): Promise<number> {
    return this.device.epoch(this.#groupId);
  }
}

interface Certified {
  readonly username: string;
  readonly certificate: Uint8Array;
  readonly deviceId: Uint8Array;
}

function certify(username: string, identity: KeyPair, signatureKey: Uint8Array): Certified {
  const deviceId = nodeCrypto.randomBytes(8);
  const certificate = signDeviceCertificate(nodeCrypto, identity.secret, {
    username,
    identityKey: identity.publicKey,
    deviceId,
    deviceName: 'OpenMLS',
    signatureKey,
    channelKey: nodeCrypto.x25519.generate().publicKey,
    createdMs: NOW,
  });
  return { username, certificate, deviceId };
}

async function open(entropySeed: Uint8Array, id: Uint8Array): Promise<{ core: CoreCrypto; signatureKey: Uint8Array }> {
  databases += 1;
  const key = new DatabaseKey(nodeCrypto.randomBytes(32));
  const core = await CoreCrypto.deferredInit({ databaseName: `database ${databases}`, key, entropySeed });
  const signatureKey = await core.transaction(async (context) => {
    await context.mlsInit(new ClientId(id), [SUITE], 0);
    return context.clientPublicKey(SUITE, CredentialType.Basic);
  });
  return { core, signatureKey };
}

/** core-crypto leaves the file of its module open, which Node 26 makes an error once the handle is collected: it is closed here. */
async function loadWasm(): Promise<void> {
  const { open: openFile } = fs;
  const handles: FileHandle[] = [];
  fs.open = async (...given) => {
    const handle = await openFile(...given);
    handles.push(handle);
    return handle;
  };
  syncBuiltinESMExports();
  await initWasmModule('./autogenerated/');
  fs.open = openFile;
  syncBuiltinESMExports();
  for (const handle of handles) await handle.close();
}
