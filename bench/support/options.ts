import { parseArgs } from 'node:util';

/** What was typed makes no sense; the message says what to type instead. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** One option of a benchmark: help, default and check in one place. */
export interface Option<T> {
  /** One line of the help, with the unit. */
  readonly what: string;
  /** What stands for the value in the help; a flag has none. */
  readonly placeholder?: string;
  readonly fallback: T;
  /** The default as it would be typed; empty: there is none. */
  readonly shown: string;
  /** @throws UsageError with what it takes, to be read after the option's name */
  parse(text: string): T;
}

export type Options = Readonly<Record<string, Option<unknown>>>;
export type Values<O extends Options> = { readonly [Name in keyof O]: O[Name] extends Option<infer T> ? T : never };

interface Range {
  readonly min: number;
  readonly max: number;
  /** Fractions are taken too. */
  readonly isFractional?: boolean;
}

export function number(what: string, fallback: number, range: Range): Option<number> {
  return { what, placeholder: 'N', fallback, shown: String(fallback), parse: (text) => parseNumber(text, range) };
}

/** Several numbers, each measured by itself. */
export function numbers(what: string, fallback: readonly number[], range: Range): Option<readonly number[]> {
  const parse = (text: string): number[] => text.split(',').map((part) => parseNumber(part, range));
  return { what, placeholder: 'N,…', fallback, shown: fallback.join(','), parse };
}

/** Some of these names, in the order in which they are typed. */
export function someOf<const Name extends string>(
  what: string,
  fallback: readonly Name[],
  names: readonly Name[],
): Option<readonly Name[]> {
  const parse = (text: string): Name[] => text.split(',').map((part) => oneName(part, names));
  return { what: `${what}: ${names.join(', ')}`, placeholder: 'NAME,…', fallback, shown: fallback.join(','), parse };
}

export function oneOf<const Name extends string>(what: string, fallback: Name, names: readonly Name[]): Option<Name> {
  const parse = (text: string): Name => oneName(text, names);
  return { what: `${what}: ${names.join(', ')}`, placeholder: 'NAME', fallback, shown: fallback, parse };
}

export function flag(what: string): Option<boolean> {
  return { what, fallback: false, shown: '', parse: () => true };
}

/** A file to write. */
export function file(what: string): Option<string | undefined> {
  return { what, placeholder: 'FILE', fallback: undefined, shown: '', parse: (text) => text };
}

/** What was typed, and the defaults of what was not. @throws UsageError */
export function parseOptions<const O extends Options>(options: O, argumentList: readonly string[]): Values<O> {
  const types = Object.entries(options).map(([name, { placeholder }]) => [name, { type: typeOf(placeholder) }] as const);
  // What Node would say about a mistake names what its own function takes, so that all mistakes are found here.
  const { tokens } = parseArgs({ args: [...argumentList], options: Object.fromEntries(types), strict: false, tokens: true });
  const values = new Map<string, unknown>(Object.entries(options).map(([name, { fallback }]) => [name, fallback]));
  for (const token of tokens) {
    if (token.kind === 'positional') throw new UsageError(`'${token.value}' belongs to no option: ${SEE_HELP}`);
    if (token.kind === 'option-terminator') throw new UsageError(`'--' stands before nothing here: ${SEE_HELP}`);
    values.set(token.name, parsed(options, token));
  }
  return Object.fromEntries(values) as Values<O>;
}

const SEE_HELP = '--help lists the options';

function typeOf(placeholder: string | undefined): 'boolean' | 'string' {
  return placeholder === undefined ? 'boolean' : 'string';
}

function parsed(
  options: Options,
  { name, rawName, value }: { name: string; rawName: string; value?: string | undefined },
): unknown {
  const option = Object.hasOwn(options, name) ? options[name] : undefined;
  if (option === undefined) throw new UsageError(`there is no option ${rawName}: ${SEE_HELP}`);
  if (option.placeholder === undefined) {
    if (value !== undefined) throw new UsageError(`${rawName} takes no value: leave '=${value}' out`);
    return option.parse('');
  }
  if (value === undefined || value.startsWith('--')) {
    throw new UsageError(`${rawName} needs a value: ${rawName} ${option.shown || option.placeholder}`);
  }
  try {
    return option.parse(value);
  } catch (error) {
    if (error instanceof UsageError) throw new UsageError(`${rawName} takes ${error.message}, not '${value}'`);
    throw error;
  }
}

function parseNumber(text: string, { min, max, isFractional = false }: Range): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if ((isFractional ? Number.isFinite(value) : Number.isSafeInteger(value)) && value >= min && value <= max) return value;
  throw new UsageError(`a ${isFractional ? '' : 'whole '}number from ${min} to ${max}`);
}

function oneName<Name extends string>(text: string, names: readonly Name[]): Name {
  const name = names.find((known) => known === text.trim());
  if (name === undefined) throw new UsageError(`one of ${names.join(', ')}`);
  return name;
}
