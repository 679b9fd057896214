import type { Lie } from './evil-server.ts';
import type { MailboxItem } from './tap.ts';

/** The next `count` items with this opcode for this user are not pushed. */
export function holdingBack(user: string, opcode: number, count = 1): Lie {
  let left = count;
  return {
    push(item, to) {
      if (to.username !== user || item.opcode !== opcode || left === 0) return undefined;
      left -= 1;
      return [];
    },
  };
}

/** The next two items with this opcode for this user come in the other order, at positions that rise. */
export function swapping(user: string, opcode: number): Lie {
  const pair: MailboxItem[] = [];
  return {
    push(item, to) {
      if (to.username !== user || item.opcode !== opcode || pair.length === 2) return undefined;
      pair.push(item);
      const [first, second] = pair;
      if (first === undefined || second === undefined) return [];
      return [
        { ...second, position: first.position },
        { ...first, position: second.position },
      ];
    },
  };
}

/** The next item with this opcode for this user is another one, at the same position. */
export function changing(user: string, opcode: number, change: (body: Uint8Array) => Uint8Array): Lie {
  let isDone = false;
  return {
    push(item, to) {
      if (to.username !== user || item.opcode !== opcode || isDone) return undefined;
      isDone = true;
      return [{ ...item, body: change(item.body) }];
    },
  };
}
