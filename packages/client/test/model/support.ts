import { ParleyClient } from '../../src/client.ts';
import type { HistoryEntry } from '../../src/history.ts';
import { ChatModel } from '../../src/model/chat-model.ts';
import type { ChatState } from '../../src/model/state.ts';
import { EventLog } from '../support/events.ts';
import type { MemoryVault } from '../support/memory-vault.ts';
import type { World } from '../support/world.ts';

/** A client that has been started, and the model of it. */
export interface Modelled {
  readonly model: ChatModel;
  readonly client: ParleyClient;
  readonly events: EventLog;
  /** Resolves when the state is so. */
  until(test: (state: ChatState) => boolean): Promise<ChatState>;
}

/** Opens the model before the client starts, as a program does. */
export async function modelOn(world: World, vault: MemoryVault): Promise<Modelled> {
  const client = await ParleyClient.open({ environment: world.environment, vault });
  const events = new EventLog(client);
  const model = await ChatModel.open(client, world.environment);
  await client.start();
  return { model, client, events, until: (test) => stateOf(model, test) };
}

function stateOf(model: ChatModel, test: (state: ChatState) => boolean): Promise<ChatState> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (!test(model.state)) return;
      end();
      resolve(model.state);
    };
    const end = model.subscribe(look);
    look();
  });
}

/** What a conversation shows, in short. */
export function shown(entries: readonly HistoryEntry[]): string[] {
  return entries.map((entry) => `${entry.from}: ${entry.kind === 'text' ? entry.text : entry.kind}${mark(entry)}`);
}

function mark({ state }: HistoryEntry): string {
  return state === undefined || state === 'sent' ? '' : ` (${state})`;
}
