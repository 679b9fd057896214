import { fromBinary } from '@bufbuild/protobuf';
import { type Rtt, RttSchema } from '@parley/protocol/wire';
import type { Store } from '@parley/server';
import type { StoreLies } from './evil-server.ts';

/** What such a store has seen. */
export interface Seen {
  /** RTTs that went through, KeyPackages and all. */
  readonly requests: Rtt[];
  /** Ids of the conversations that others have begun. */
  readonly conversations: Uint8Array[];
}

type Write = { by: { device: string } };

/**
 * Believes one stranger: that they may answer any request and are in every conversation. What they send is pushed to the victim. Everybody
 * else is served as they should be.
 */
export function believing(stranger: string, victim: string): StoreLies & { readonly seen: Seen } {
  const seen: Seen = { requests: [], conversations: [] };
  const believe = <W extends Write, R>(write: W, otherwise: (write: W) => Promise<R>): Promise<R | 'ok'> =>
    write.by.device.startsWith(`${stranger}/`) ? Promise.resolve('ok') : otherwise(write);
  const lies = (honest: Store): Partial<Store> => ({
    openRequest(request) {
      seen.requests.push(fromBinary(RttSchema, request.body));
      return honest.openRequest(request);
    },
    acceptRequest: (answer) =>
      believe(answer, (write) => {
        seen.conversations.push(write.conversation);
        return honest.acceptRequest(write);
      }),
    appendMessage: (message) => believe(message, (write) => honest.appendMessage(write)),
    commit: (commit) => believe(commit, (write) => honest.commit(write)),
    async findConversation(conversation) {
      const entry = await honest.findConversation(conversation);
      const users = await Promise.all([stranger, victim].map((name) => honest.findUser(name)));
      const devices = users.flatMap((user) => user?.devices.map(({ key }) => key) ?? []);
      return {
        conversation,
        epoch: entry?.epoch ?? 1n,
        users: [...new Set([...(entry?.users ?? []), stranger, victim])],
        members: [...new Set([...(entry?.members ?? []), ...devices])],
        isOpen: false,
      };
    },
  });
  return Object.assign(lies, { seen });
}
