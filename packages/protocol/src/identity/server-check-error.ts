/** What a client checks about a server, by name (docs/protocol.md, "Authentication phase"). */
export type ServerCheck =
  | 'malformed'
  | 'ca_pin'
  | 'ca_certificate'
  | 'signature'
  | 'validity'
  | 'name'
  | 'usage'
  | 'channel_key'
  | 'crl_signature'
  | 'crl_expired'
  | 'crl_rollback'
  | 'revoked'
  | 'version';

/** The server is not who it must be. `check` says which check failed; the message says it to people. */
export class ServerCheckError extends Error {
  override readonly name = 'ServerCheckError';
  readonly check: ServerCheck;

  constructor(check: ServerCheck, message: string, options?: ErrorOptions) {
    super(message, options);
    this.check = check;
  }
}
