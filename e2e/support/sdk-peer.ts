import { join as joinPath } from 'node:path';
import { type ClientEvent, join, ParleyClient } from '@parley/client';
import { createVault, nodeEnvironment } from '@parley/client/node';
import { PASSPHRASE, within } from './process.ts';
import type { World } from './world.ts';

interface SdkPeerOptions {
  readonly deviceName?: string;
  /** What it takes for the time; may be changed. */
  readonly clock?: { now(): number };
}

/** A client of the SDK in the process of the test, for what no program lets one say of oneself. */
export class SdkPeer {
  readonly client: ParleyClient;
  readonly #events: ClientEvent[] = [];
  #changed = Promise.withResolvers<void>();

  private constructor(client: ParleyClient) {
    this.client = client;
    client.listen((event) => {
      this.#events.push(event);
      this.#changed.resolve();
      this.#changed = Promise.withResolvers();
    });
  }

  /** Joins and connects. It quits with the world. */
  static async enter(world: World, username: string, { deviceName, clock }: SdkPeerOptions = {}): Promise<SdkPeer> {
    const environment = { ...(await nodeEnvironment()), ...(clock === undefined ? {} : { now: () => clock.now() }) };
    const vault = await createVault(joinPath(world.folder, `${username}.vault`), PASSPHRASE);
    await join({ environment, vault, invite: world.invite, username, ...(deviceName === undefined ? {} : { deviceName }) });
    const client = await ParleyClient.open({ environment, vault });
    world.defer(async () => {
      await client.quit();
      await vault.close();
    });
    const peer = new SdkPeer(client);
    await client.start();
    await peer.sees('ready');
    return peer;
  }

  async sees(event: ClientEvent['event']): Promise<void> {
    const wait = async (): Promise<void> => {
      while (!this.#events.some((seen) => seen.event === event)) await this.#changed.promise;
    };
    await within(wait(), `${this.client.user} to see ${event}`);
  }
}
