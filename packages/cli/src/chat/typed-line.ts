/** What one typed line means: a command that starts with `/` or `!`, or text for the current conversation. */
export type TypedLine =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'command'; readonly name: 'help' | 'list' | 'close' | 'quit' }
  | { readonly kind: 'command'; readonly name: UserCommand; readonly user: string }
  | { readonly kind: 'command'; readonly name: 'msg'; readonly user: string; readonly text: string | undefined }
  | { readonly kind: 'mistake'; readonly hint: string };

const USER_COMMANDS = ['request', 'accept', 'refuse', 'cancel', 'block'] as const;
type UserCommand = (typeof USER_COMMANDS)[number];

export const HELP = [
  '/list              who is on line',
  '/request NAME      ask somebody to talk; then what you write goes to them',
  '/accept NAME       say yes to a request     /refuse NAME   say no',
  '/cancel NAME       take your request back   /block NAME    hear no more of them',
  '/msg NAME          from now on what you write goes to them',
  '/msg NAME TEXT     write this to somebody   /close         write to nobody any more',
  '/quit              end                      ! works like /',
] as const;

export function parseTypedLine(line: string): TypedLine {
  if (line.trim() === '') return { kind: 'nothing' };
  if (!/^[/!]/.test(line)) return { kind: 'text', text: line };
  const [, name = '', rest = ''] = /^.(\S*)\s*(.*)$/s.exec(line.trimEnd()) ?? [];
  if (name === 'help' || name === 'list' || name === 'close' || name === 'quit') return { kind: 'command', name };
  if (name === 'msg') {
    const [, user, text] = /^(\S+)(?:\s+(.+))?$/s.exec(rest) ?? [];
    if (user === undefined) return { kind: 'mistake', hint: 'write /msg NAME or /msg NAME TEXT' };
    return { kind: 'command', name, user, text };
  }
  const command = USER_COMMANDS.find((one) => one === name);
  if (command === undefined) return { kind: 'mistake', hint: `there is no such command: /help lists them` };
  if (!/^\S+$/.test(rest)) return { kind: 'mistake', hint: `write /${command} NAME` };
  return { kind: 'command', name: command, user: rest };
}
