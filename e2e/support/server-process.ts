import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { readJsonLines } from './json-lines.ts';
import { type RunOptions, spawnParley, within } from './process.ts';

export interface ServerOptions extends Pick<RunOptions, 'env' | 'under'> {
  readonly dataFolder: string;
  readonly port?: number;
  readonly names?: readonly string[];
  /** More arguments of `serve`. */
  readonly flags?: readonly string[];
}

/** What its first lines say. */
type Facts = Pick<ServerProcess, 'host' | 'port' | 'ca' | 'invite' | 'webInvite'>;

/** A real `parley serve --json`, listening. */
export class ServerProcess {
  readonly dataFolder: string;
  readonly host: string;
  readonly port: number;
  /** The `ca` of its `listening` line. */
  readonly ca: string;
  /** Link of the `invite` line: only on a first start. */
  readonly invite: string | undefined;
  /** Its link for browsers. */
  readonly webInvite: string | undefined;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #written: string[];

  private constructor(child: ChildProcessWithoutNullStreams, written: string[], options: ServerOptions, facts: Facts) {
    this.#child = child;
    this.#written = written;
    this.dataFolder = options.dataFolder;
    this.host = facts.host;
    this.port = facts.port;
    this.ca = facts.ca;
    this.invite = facts.invite;
    this.webInvite = facts.webInvite;
  }

  /** `firstStart`: also wait for the invite that a first start prints. */
  static async start(options: ServerOptions, firstStart: boolean): Promise<ServerProcess> {
    const argumentList = [
      'serve',
      '--json',
      ...['--host', '127.0.0.1'],
      ...['--port', String(options.port ?? 0)],
      ...['--data', options.dataFolder],
      ...(options.names ?? []).flatMap((name) => ['--name', name]),
      ...(options.flags ?? []),
    ];
    const { under = [], env = {} } = options;
    const child = spawnParley(argumentList, { under, env });
    const written: string[] = [];
    child.stdout.on('data', (text: string) => written.push(text));
    child.stderr.on('data', (text: string) => written.push(text));

    const facts = await within(
      new Promise<Facts>((resolve, reject) => {
        let listening: { host: string; port: number; ca: string } | undefined;
        let invite: { invite: string; webInvite: string } | undefined;
        readJsonLines(child.stdout, (line) => {
          if (line.event === 'listening') {
            listening = { host: String(line.host), port: Number(line.port), ca: String(line.ca) };
          } else if (line.event === 'invite') {
            invite = { invite: String(line.url), webInvite: String(line.web) };
          }
          if (listening !== undefined && (!firstStart || invite !== undefined)) {
            resolve({ ...listening, invite: invite?.invite, webInvite: invite?.webInvite });
          }
        });
        child.once('close', (code) => reject(new Error(`the server ended with ${code}: ${written.join('')}`)));
      }),
      'the server to listen',
      () => child.kill('SIGKILL'),
    );
    return new ServerProcess(child, written, options, facts);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** All it has written to stdout and stderr. */
  get output(): string {
    return this.#written.join('');
  }

  /** Asks it to stop; its exit code. */
  async stop(): Promise<number | null> {
    return this.#end('SIGTERM');
  }

  /** Ends it as a power cut would. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async #end(signal: NodeJS.Signals): Promise<number | null> {
    if (this.running) {
      const closed = once(this.#child, 'close');
      this.#child.kill(signal);
      await within(closed, 'the server to stop', () => this.#child.kill('SIGKILL'));
    }
    return this.#child.exitCode;
  }
}
