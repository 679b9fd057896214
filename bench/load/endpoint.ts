/**
 * One client of a server, logged in. It talks with its partner alone: clients 2p and 2p + 1 are partners. What it sends are
 * messages of one size, agreed beforehand, so that a count says everything.
 */
export interface Endpoint {
  /** Queues so many messages for the partner; what one turn of the event loop has queued leaves in one write of the socket. */
  send(count: number): void;
  /** Called when so many messages have arrived from the partner. */
  onArrived: (count: number) => void;
  /** Called when the server has answered for so many of those that were sent; only where the protocol `confirms`. */
  onConfirmed: (count: number) => void;
  /** Called when the connection ends without having been closed here. */
  onLost: (reason: string) => void;
  close(): void;
}

/** How the load generator speaks to one kind of server. */
export interface Protocol {
  /** Whether the server answers each message (an OK); otherwise its arrival is all that is known. */
  readonly confirms: boolean;
  /** From the TCP connection of client `index` (from 0) to the end of its login: it can send and is sent to from then on. */
  connect(index: number): Promise<Endpoint>;
  /** When all is over: keeps what the next load generator has to know of these clients. */
  end?(): void;
}
