import type { Log } from '@parley/server';

type Fields = NonNullable<Parameters<Log['debug']>[1]>;

/** A server's log that notes who got in, and why handshakes and sessions were ended. */
export class ServerWitness implements Log {
  /** Since `forget`. */
  logins = 0;
  codes: string[] = [];
  /** That go on. */
  sessions = 0;
  /** Devices that are not to be counted: they were in already. */
  #before = 0;

  forget(): void {
    this.#before += this.sessions;
    this.logins = 0;
    this.codes = [];
    this.sessions = 0;
  }

  debug(event: string, fields: Fields = {}): void {
    if (event === 'logged in') {
      this.logins += 1;
      this.sessions += 1;
    } else if (event === 'left') this.sessions -= 1;
    else this.#note(fields);
  }

  info(_event: string, fields: Fields = {}): void {
    this.#note(fields);
  }

  warn(_event: string, fields: Fields = {}): void {
    this.#note(fields);
  }

  /** Something the server did not expect. */
  error(event: string, fields: Fields = {}): void {
    this.codes.push(`${event}: ${String(fields.error)}`);
  }

  #note({ code }: Fields): void {
    if (code !== undefined) this.codes.push(code);
  }
}
