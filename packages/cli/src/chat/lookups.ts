import { type ChatModel, type History, type HistoryEntry, type ParleyClient, search } from '@parley/client';
import { openDestination } from '../export/destination.ts';
import { writeHistory } from '../export/write-history.ts';
import { describeContactInChat } from '../people/describe-contact.ts';
import { describeDevice, describeOwnDevice } from '../people/describe-device.ts';
import { neutralize } from '../sanitize.ts';
import { dayOf, timeOfDay } from './time.ts';

/** So many places are shown of where words were found. */
const MAX_FOUND = 20;
/** So much of each text. */
const MAX_EXCERPT = 200;

/** Lines with the safety number of this user and another; undefined where nothing is known of that one. */
export function describeSafetyNumber(client: ParleyClient, user: string): string[] | undefined {
  const contact = client.contact(user);
  return contact && describeContactInChat(contact, client.user);
}

/** Lines with one's own devices, or those of somebody else; undefined where nothing is known of that one. */
export function describeDevices(client: ParleyClient, user: string): string[] | undefined {
  const lines =
    user === client.user ? client.devices().map(describeOwnDevice) : client.contact(user)?.devices.map(describeDevice);
  return lines && [`Devices of ${neutralize(user)}:`, ...lines.map((line) => `  ${line}`)];
}

/** Where in all conversations these words are: the newest places, oldest first. */
export async function searchFor(model: ChatModel, words: string): Promise<string[]> {
  const { history } = model.client;
  const found: HistoryEntry[] = [];
  for (const peer of history.peers()) {
    let count = 0;
    for await (const entry of search(history, peer, words)) {
      found.push(entry);
      count += 1;
      if (count === MAX_FOUND) break;
    }
  }
  if (found.length === 0) return [`Nothing found with: ${neutralize(words)}`];
  found.sort((a, b) => a.position - b.position);
  const shown = found.slice(-MAX_FOUND);
  const heading = found.length > shown.length ? `The newest ${MAX_FOUND} with: ` : 'Found with: ';
  return [heading + neutralize(words), ...shown.map(describeFound)];
}

function describeFound(entry: HistoryEntry): string {
  const text = entry.kind === 'text' ? entry.text : '';
  const excerpt = text.length > MAX_EXCERPT ? `${text.slice(0, MAX_EXCERPT)}…` : text;
  const place = entry.from === entry.conversation ? neutralize(entry.from) : `to ${neutralize(entry.conversation)}`;
  return `  ${dayOf(entry.at)} ${timeOfDay(entry.at)} ${place}: ${neutralize(excerpt.replaceAll(/\s+/g, ' '))}`;
}

/** Writes all conversations into a new file, in the clear. @throws Failure where it cannot be made or written */
export async function exportTo(history: History, file: string): Promise<string[]> {
  const destination = await openDestination(file);
  let count = 0;
  try {
    await writeHistory(history, { peers: history.peers(), json: false }, destination, () => {
      count += 1;
    });
    await destination.finish();
  } catch (error) {
    await destination.abandon();
    throw error;
  }
  return [
    `${count} ${count === 1 ? 'message is' : 'messages are'} in ${neutralize(file)} now, for everybody to read who may read that file.`,
  ];
}
