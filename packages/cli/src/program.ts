import { readFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import { neutralize } from './sanitize.ts';

const EXIT_CODES = `
Exit codes: 0 done, 1 refused by the other side, 2 wrong usage, 3 cannot reach the server, 4 login failed,
            5 local store locked or damaged, its disk full, or wrong passphrase`;

const CLIENT_DATA = 'folder of the accounts (default: PARLEY_DATA, else parley in the XDG data home)';
const SERVER_DATA = 'folder of the server';
const JSON_LINES = 'one JSON object a line';
const ACCOUNT = 'NAME@HOST:PORT, if there are several accounts';
const PASSPHRASE = 'file with the passphrase (else PARLEY_PASSPHRASE, else it is asked for)';

/**
 * The command line. Each command's code is loaded when it runs, and no other. That code decides what an option that was left out
 * means; the help only says it.
 */
export function createProgram(): Command {
  const program = new Command('parley')
    .description('Consent-first, end-to-end encrypted messaging that anyone can host.')
    .version(version(), '--version', 'print the version')
    .addHelpText('after', EXIT_CODES)
    .exitOverride();

  program
    .command('serve')
    .description('run a server; the first start makes its certificates and prints an invite')
    .option('--data <folder>', SERVER_DATA, './parley-data')
    .option('--host <address>', 'address to listen on (default: all)')
    .option('--port <number>', 'port to listen on, 0 picks a free one (default: 10000)', wholeNumber(0, 65_535))
    .option(
      '--name <name...>',
      'what clients call this server: in certificate and invites; repeatable (default: as before, localhost at first)',
    )
    .option('--tls-cert <file>', 'PEM certificate chain: the port speaks TLS 1.3 (with --tls-key)')
    .option('--tls-key <file>', 'PEM key of that certificate')
    .option(
      '--web-url <url>',
      'where browsers find this server, if a proxy with TLS is in front: https://HOST[:PORT], for web links',
    )
    .option('--max-connections <number>', 'connections at once (default: 12000)', wholeNumber(1, 1_000_000))
    .option('--max-connections-per-address <number>', 'of one address (default: 1000)', wholeNumber(1, 1_000_000))
    .option('--handshakes-per-second <number>', 'new logins of one address (default: 50)', wholeNumber(1, 100_000))
    .option('--limit-loopback', 'limits per address hold for this machine too, which is free of them otherwise')
    .option(
      '--frames-per-second <number>',
      'requests of one connection, twice as many in a burst; faster ones wait (default: 2000)',
      wholeNumber(1, 1_000_000),
    )
    .option('--mailbox-bytes <number>', 'what waits for one device (default: 67108864)', wholeNumber(1_048_576, 999_999_999))
    .option('--mailbox-days <number>', 'how long it waits (default: 60)', wholeNumber(1, 3_650))
    .option('--json', JSON_LINES)
    .action(async (options) => (await import('./commands/serve.ts')).serve(options));

  program
    .command('invite')
    .description('make an invite, while the server runs or not')
    .option('--data <folder>', SERVER_DATA, './parley-data')
    .option('--uses <number>', 'how many may join with it (default: 1000)', wholeNumber(1, 1_000_000))
    .option('--expires <days>', 'for how many days (default: 7)', wholeNumber(1, 3_650))
    .option('--json', JSON_LINES)
    .action(async (options) => (await import('./commands/invite.ts')).invite(options));

  const user = program.command('user').description('look after the users of a server');
  user
    .command('list')
    .description('who has joined')
    .option('--data <folder>', SERVER_DATA, './parley-data')
    .option('--json', JSON_LINES)
    .action(async (options) => (await import('./commands/user-list.ts')).userList(options));

  program
    .command('join')
    .description('make an account with an invite')
    .argument('<invite>', 'the link somebody gave you, in quotes')
    .argument('<name>', '2-32 of a-z 0-9 . _ -, starting and ending with a letter or digit')
    .option('--data <folder>', CLIENT_DATA)
    .option('--passphrase-file <file>', PASSPHRASE)
    .option('--recover', 'get an account back with its recovery phrase; its other devices are out from then on')
    .option('--phrase-file <file>', 'file with the recovery phrase (else PARLEY_PHRASE, else it is asked for)')
    .option('--json', JSON_LINES)
    .action(async (invite, name, options) => (await import('./commands/join.ts')).join(invite, name, options));

  program
    .command('chat')
    .description('talk')
    .argument('[account]', 'NAME@HOST:PORT, if there are several accounts')
    .option('--data <folder>', CLIENT_DATA)
    .option('--passphrase-file <file>', PASSPHRASE)
    .option('--json', 'script mode: JSON commands on standard input, JSON events on standard output')
    .option('--screen-reader', 'say everything once, line by line, and redraw nothing (or set PARLEY_SCREEN_READER)')
    .action(async (account, options) => (await import('./commands/chat.ts')).chat(account, options));

  program
    .command('send')
    .description('send one message: the text given, else that of --file, else standard input')
    .argument('<user>', 'whom to')
    .argument('[text...]', 'the message; words are joined by spaces (after -- it may start with a dash)')
    .option('--account <account>', ACCOUNT)
    .option('--data <folder>', CLIENT_DATA)
    .option('--passphrase-file <file>', PASSPHRASE)
    .option('--file <file>', 'a text file in UTF-8 that is the message')
    .option('--wait', 'wait for the server, ask a user who has not agreed to talk, and wait for the answer')
    .option('--json', JSON_LINES)
    .action(async (to, text, options) => (await import('./commands/send.ts')).send(to, text, options));

  program
    .command('listen')
    .description('print what happens, until Ctrl+C')
    .argument('[account]', ACCOUNT)
    .option('--data <folder>', CLIENT_DATA)
    .option('--passphrase-file <file>', PASSPHRASE)
    .option('--from <user>', 'only what this user does; the rest is kept for the next to listen')
    .option('--json', 'the events of script mode, one JSON object a line')
    .action(async (account, options) => (await import('./commands/listen.ts')).listen(account, options));

  program
    .command('devices')
    .description('the devices of an account; needs no server')
    .argument('[account]', ACCOUNT)
    .option('--data <folder>', CLIENT_DATA)
    .option('--passphrase-file <file>', PASSPHRASE)
    .option('--json', JSON_LINES)
    .action(async (account, options) => (await import('./commands/devices.ts')).devices(account, options));

  program
    .command('verify')
    .description('the safety number to compare with a user; needs no server')
    .argument('<user>', 'with whom')
    .option('--account <account>', ACCOUNT)
    .option('--data <folder>', CLIENT_DATA)
    .option('--passphrase-file <file>', PASSPHRASE)
    .option('--json', JSON_LINES)
    .action(async (name, options) => (await import('./commands/verify.ts')).verify(name, options));

  program
    .command('export')
    .description('write down what was said, as this device has it; needs no server')
    .argument('[account]', 'NAME@HOST:PORT, if there are several accounts')
    .option('--data <folder>', CLIENT_DATA)
    .option('--passphrase-file <file>', PASSPHRASE)
    .option('--with <user>', 'only the conversation with this user')
    .option('--output <file>', 'a new file, for its owner alone, instead of standard output')
    .option('--json', JSON_LINES)
    .action(async (account, options) => (await import('./commands/export.ts')).exportHistory(account, options));

  program
    .command('passphrase')
    .description('change the passphrase of an account')
    .argument('[account]', 'NAME@HOST:PORT, if there are several accounts')
    .option('--data <folder>', CLIENT_DATA)
    .option('--passphrase-file <file>', 'file with the passphrase of now (else PARLEY_PASSPHRASE, else it is asked for)')
    .option('--new-passphrase-file <file>', 'file with the new one (else PARLEY_NEW_PASSPHRASE, else it is asked for twice)')
    .action(async (account, options) => (await import('./commands/passphrase.ts')).changePassphrase(account, options));

  for (const command of [program, ...program.commands, ...user.commands]) {
    command.helpOption('-h, --help', 'print this help').helpCommand(false);
    command.configureOutput({ outputError: (text, write) => write(oneLine(text, command)) });
  }
  return program;
}

function version(): string {
  return JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version;
}

function wholeNumber(from: number, to: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= from && value <= to) return value;
    throw new InvalidArgumentError(`It is a number from ${from} to ${to}.`);
  };
}

/** Errors are one line: what is wrong and where to look. */
function oneLine(text: string, command: Command): string {
  const line = text
    .replace(/^error: /, '')
    .trim()
    .replaceAll(/\s*\n\s*/g, ' ');
  return `parley: ${neutralize(line)} (see "${pathOf(command)} --help")\n`;
}

function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}
