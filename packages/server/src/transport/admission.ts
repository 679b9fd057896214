import type { Socket } from 'node:net';
import type { Clock } from '../clock.ts';
import type { ServerLimits } from '../config.ts';
import { addressGroup, isLoopback } from './address.ts';
import { AddressRates } from './rate.ts';

/**
 * Who may hold a socket of this server, and for how long without a login. Whoever has not logged in is a guest: guests are
 * dropped at their deadline, and the oldest ones earlier where room is short, so that idle sockets never keep people out.
 */
export class Admission {
  readonly #limits: ServerLimits;
  readonly #clock: Clock;
  readonly #rates: AddressRates;
  readonly #visitors = new Map<string, Visitor>();
  /** Not logged in yet, the oldest first. */
  readonly #guests = new Set<Visitor>();
  readonly #perAddress = new Map<string, number>();

  constructor(limits: ServerLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
    this.#rates = new AddressRates(clock, limits.handshakesPerSecondPerAddress);
  }

  /** Counts a new TCP connection, or destroys it. */
  admit(socket: Socket): void {
    socket.on('error', () => {}); // a reset by the peer; 'close' follows
    const visitor = new Visitor(socket, this.#clock, this.#limits);
    if (socket.destroyed || !this.#hasRoom(visitor)) {
      socket.destroy();
      return;
    }
    this.#visitors.set(visitor.key, visitor);
    this.#guests.add(visitor);
    if (visitor.counted) this.#perAddress.set(visitor.group, (this.#perAddress.get(visitor.group) ?? 0) + 1);
    visitor.startDeadline();
    socket.once('close', () => this.#forget(visitor));
  }

  /** The visitor behind a socket, be it plain or TLS over it. */
  find(socket: Pick<Socket, 'remoteAddress' | 'remotePort'>): Visitor | undefined {
    return this.#visitors.get(visitorKey(socket));
  }

  /** 0 if this visitor may start a login handshake now, else in how many milliseconds. */
  startHandshake(visitor: Visitor): number {
    return visitor.counted ? this.#rates.take(visitor.group) : 0;
  }

  loggedIn(visitor: Visitor): void {
    visitor.stopDeadline();
    this.#guests.delete(visitor);
  }

  get count(): number {
    return this.#visitors.size;
  }

  #hasRoom(visitor: Visitor): boolean {
    const { maxConnections, maxConnectionsPerAddress, maxHandshakesInProgress } = this.#limits;
    if (visitor.counted && (this.#perAddress.get(visitor.group) ?? 0) >= maxConnectionsPerAddress) return false;
    if (this.#guests.size >= maxHandshakesInProgress || this.#visitors.size >= maxConnections) this.#dropOldestGuest();
    return this.#visitors.size < maxConnections;
  }

  #dropOldestGuest(): void {
    const [oldest] = this.#guests;
    if (oldest === undefined) return;
    this.#forget(oldest);
    oldest.socket.destroy();
  }

  #forget(visitor: Visitor): void {
    if (!this.#visitors.delete(visitor.key)) return;
    visitor.stopDeadline();
    this.#guests.delete(visitor);
    if (!visitor.counted) return;
    const left = (this.#perAddress.get(visitor.group) ?? 1) - 1;
    if (left === 0) this.#perAddress.delete(visitor.group);
    else this.#perAddress.set(visitor.group, left);
  }
}

/** One TCP connection. */
export class Visitor {
  readonly socket: Socket;
  readonly key: string;
  readonly group: string;
  /** Whether limits per address hold for it. */
  readonly counted: boolean;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  #cancel: (() => void) | undefined;

  constructor(socket: Socket, clock: Clock, limits: ServerLimits) {
    const address = socket.remoteAddress ?? '';
    this.socket = socket;
    this.key = visitorKey(socket);
    this.group = addressGroup(address);
    this.counted = !(limits.loopbackIsExempt && isLoopback(address));
    this.#clock = clock;
    this.#timeoutMs = limits.handshakeTimeoutMs;
  }

  /** From now to the end of the login; a deadline that runs already stays. */
  startDeadline(): void {
    this.#cancel ??= this.#clock.after(this.#timeoutMs, () => this.socket.destroy());
  }

  stopDeadline(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}

function visitorKey(socket: Pick<Socket, 'remoteAddress' | 'remotePort'>): string {
  return `${socket.remoteAddress}|${socket.remotePort}`;
}
