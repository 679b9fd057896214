import { ByteReader, ByteWriter, type CryptoProvider, DecodeError, DecryptError, equalBytes, utf8, wipe } from '@parley/protocol';
import { VaultError } from './vault.ts';

/** Cost of argon2id (RFC 9106). */
interface PassphraseCost {
  readonly memoryKiB: number;
  readonly passes: number;
  readonly parallelism: number;
}

/** argon2id of a passphrase: 32 bytes. node.ts and the browser each have their own. */
export type DeriveKey = (passphrase: string, salt: Uint8Array, cost: PassphraseCost) => Promise<Uint8Array>;

/** About 0.1 s on a small machine, and 64 MiB for each guess of a thief. */
const PASSPHRASE_COST: PassphraseCost = { memoryKiB: 64 * 1024, passes: 3, parallelism: 1 };

const VERSION = 1;
const SALT_BYTES = 16;
const NONCE_BYTES = 12;
const WRAPPED_BYTES = 32 + 16;
const CHECKSUM_BYTES = 32;
const LABEL = utf8('parley vault key v1\0');

/**
 * The envelope holds the vault's key, sealed under the passphrase:
 *
 *     version u8 ‖ memory in KiB u32 ‖ passes u8 ‖ parallelism u8 ‖ salt 16 ‖ nonce 12 ‖ sealed key 48 ‖ SHA-256 of all before 32
 *
 * The checksum is no protection, only a way to tell a damaged file from a wrong passphrase.
 */
export async function sealVaultKey(
  crypto: CryptoProvider,
  deriveKey: DeriveKey,
  passphrase: string,
  vaultKey: Uint8Array,
): Promise<Uint8Array> {
  const salt = crypto.randomBytes(SALT_BYTES);
  const nonce = crypto.randomBytes(NONCE_BYTES);
  const head = new ByteWriter()
    .u8(VERSION)
    .u32(PASSPHRASE_COST.memoryKiB)
    .u8(PASSPHRASE_COST.passes)
    .u8(PASSPHRASE_COST.parallelism)
    .bytes(salt)
    .finish();
  const wrappingKey = await deriveKey(normalize(passphrase), salt, PASSPHRASE_COST);
  const sealed = crypto.chacha20poly1305.seal(wrappingKey, nonce, associatedData(head), vaultKey);
  wipe(wrappingKey);
  const content = new ByteWriter().bytes(head).bytes(nonce).bytes(sealed).finish();
  return new ByteWriter().bytes(content).bytes(crypto.sha256(content)).finish();
}

/** @throws VaultError `wrong_passphrase`, or `damaged` */
export async function openVaultKey(
  crypto: CryptoProvider,
  deriveKey: DeriveKey,
  passphrase: string,
  envelope: Uint8Array,
): Promise<Uint8Array> {
  const { head, salt, cost, nonce, sealed } = parseEnvelope(crypto, envelope);
  const wrappingKey = await deriveKey(normalize(passphrase), salt, cost);
  try {
    return crypto.chacha20poly1305.open(wrappingKey, nonce, associatedData(head), sealed);
  } catch (error) {
    if (!(error instanceof DecryptError)) throw error;
    throw new VaultError('wrong_passphrase', 'the passphrase is wrong: try again');
  } finally {
    wipe(wrappingKey);
  }
}

function parseEnvelope(crypto: CryptoProvider, envelope: Uint8Array) {
  try {
    const content = envelope.subarray(0, Math.max(0, envelope.length - CHECKSUM_BYTES));
    if (!equalBytes(crypto.sha256(content), envelope.subarray(content.length))) throw new DecodeError('checksum');
    const reader = new ByteReader(content);
    if (reader.u8() !== VERSION) throw new DecodeError('version');
    const cost = { memoryKiB: reader.u32(), passes: reader.u8(), parallelism: reader.u8() };
    const salt = reader.take(SALT_BYTES);
    const head = content.subarray(0, content.length - reader.remaining);
    const nonce = reader.take(NONCE_BYTES);
    const sealed = reader.take(WRAPPED_BYTES);
    reader.end();
    // Whoever can write the file must not be able to make opening it take a machine's whole memory.
    if (cost.memoryKiB < 8 || cost.memoryKiB > 1024 * 1024) throw new DecodeError('memory');
    if (cost.passes < 1 || cost.passes > 16 || cost.parallelism !== 1) throw new DecodeError('cost');
    return { head, salt, cost, nonce, sealed };
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw new VaultError('damaged', `its envelope was altered (${error.message})`, { cause: error });
  }
}

/** One passphrase has one spelling, whichever keyboard wrote it. */
function normalize(passphrase: string): string {
  return passphrase.normalize('NFKC');
}

function associatedData(head: Uint8Array): Uint8Array {
  return new ByteWriter().bytes(LABEL).bytes(head).finish();
}
