import { Contacts } from '@parley/client';
import { nodeCrypto } from '@parley/protocol/crypto/node';
import { print, printJson } from '../output.ts';
import { describeOwnDevice } from '../people/describe-device.ts';
import { type AccountOptions, choose, withVaultOf } from '../vault-of.ts';

interface DevicesOptions extends AccountOptions {
  readonly json?: boolean;
}

/** The devices of an account, as this one knows them. */
export async function devices(named: string | undefined, options: DevicesOptions): Promise<void> {
  const chosen = await choose(named, options);
  const own = await withVaultOf(chosen, async (vault) => (await Contacts.open(vault, nodeCrypto)).devices());
  for (const device of own) {
    if (options.json) printJson(device);
    else print(describeOwnDevice(device));
  }
}
