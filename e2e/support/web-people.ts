import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import type { ScriptClient } from './script-client.ts';
import { WebClient } from './web-client.ts';
import type { World } from './world.ts';

/** The link for browsers that the first start has printed. */
export function webInvite(world: World): string {
  return world.server.webInvite ?? assert.fail('a first start prints a web link');
}

/** Several people join, each at a browser of their own, which goes when the world does. */
export async function enterWeb<const Users extends readonly string[]>(
  world: World,
  browser: Browser,
  ...users: Users
): Promise<{ [K in keyof Users]: WebClient }> {
  const invite = webInvite(world);
  const clients: WebClient[] = [];
  for (const user of users) {
    const client = await WebClient.open(browser, user);
    world.defer(() => client.close());
    await client.join(invite);
    clients.push(client);
  }
  return clients as { [K in keyof Users]: WebClient };
}

/** Somebody at a browser asks somebody at a terminal, who accepts; the conversation is open then. */
export async function befriendTerminal(from: WebClient, [user, to]: readonly [string, ScriptClient]): Promise<void> {
  await from.request(user);
  await to.next('request', { from: from.user });
  to.send({ do: 'accept', user: from.user });
  await from.page.getByRole('main', { name: user, exact: true }).waitFor();
  await from.field('Message').waitFor();
}
