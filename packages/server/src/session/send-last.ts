import type { Channel } from '@parley/protocol';
import type { Connection } from '../transport/connection.ts';
import type { Reply } from './replies.ts';

/** Ends a connection that has a channel and no session yet; `code` as in RFC 6455, section 7.4. */
export function sendLast(connection: Connection, channel: Channel, last: Reply, code: number): void {
  channel.queue(last.opcode, 0, last.body);
  connection.send(...channel.flush());
  channel.close();
  connection.close(code);
}
