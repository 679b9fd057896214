import type { TextProps } from 'ink';
import type { Role } from './line.ts';

type Look = Pick<TextProps, 'bold' | 'dimColor' | 'color'>;

/** No role is told from others by its colour alone: the words, the place or the weight say it too. */
const IN_COLOUR: Readonly<Record<Role, Look>> = {
  plain: {},
  quiet: { dimColor: true },
  peer: { color: 'cyan', bold: true },
  self: { color: 'green' },
  alert: { color: 'yellow', bold: true },
  mark: { color: 'magenta', bold: true },
  current: { bold: true },
};

/** https://no-color.org: set, and not empty. */
const isColourless = Boolean(process.env.NO_COLOR);

export function lookOf(role: Role): Look {
  const { color, ...rest } = IN_COLOUR[role];
  return isColourless || color === undefined ? rest : { ...rest, color };
}
