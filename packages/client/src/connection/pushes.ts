import { DecodeError, decodeMessage, type Frame, Opcode, readPosition } from '@parley/protocol';
import { type Presence, type Quit, QuitSchema } from '@parley/protocol/wire';
import { readPresence } from './names.ts';

/** What a server sends on its own (docs/protocol.md, "Opcodes"). */
export type Push =
  | { readonly kind: 'quit'; readonly quit: Quit }
  | { readonly kind: 'presence'; readonly presence: Presence }
  /** Of the mailbox; what is in it was not looked at. */
  | { readonly kind: 'item'; readonly position: bigint };

/** @throws DecodeError, or ParleyError `malformed`, for what is nothing of these */
export function readPush({ opcode, body }: Pick<Frame, 'opcode' | 'body'>): Push {
  if (opcode === Opcode.QUIT) return { kind: 'quit', quit: decodeMessage(QuitSchema, body) };
  if (opcode === Opcode.PRESENCE) return { kind: 'presence', presence: readPresence(body) };
  const position = readPosition(body);
  if (position === undefined) throw new DecodeError('something that was not asked for and is not of the mailbox');
  return { kind: 'item', position };
}
