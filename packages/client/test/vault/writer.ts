// A process that writes to a vault until it is killed, and says on stdout which pair of rows is durable.
import { openVault } from '../../src/vault/sqlite.ts';

const [file, passphrase] = process.argv.slice(2) as [string, string];
const vault = await openVault(file, passphrase);
for (let number = 1; ; number++) {
  const value = new TextEncoder().encode(String(number));
  await vault.write([
    { put: { collection: 'mls-secrets', key: 'conversation', value } },
    { put: { collection: 'message', key: `m${number}`, group: 'conversation', order: number, value } },
  ]);
  process.stdout.write(`${number}\n`);
}
