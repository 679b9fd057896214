import type { ClientEvent } from '@parley/client';
import { describe } from '../describe.ts';

/** What is printed of what happens: all that is not to be seen elsewhere on the screen. */
export class News {
  readonly #user: string;
  #isReconnecting = false;

  constructor(user: string) {
    this.#user = user;
  }

  /** Lines for people. */
  linesOf(event: ClientEvent): readonly string[] {
    // Who is on line comes after each login: after a broken connection nobody has asked for it.
    const isUnasked = event.event === 'users' && this.#isReconnecting;
    if (event.event === 'online') this.#isReconnecting = true;
    else if (event.event === 'users') this.#isReconnecting = false;
    return isUnasked || isShownElsewhere(event) ? [] : describe(event, this.#user);
  }
}

/** In the conversation itself, the tray, the status line or the sidebar. */
function isShownElsewhere(event: ClientEvent): boolean {
  if (event.event === 'error') return event.code === 'cannot_show';
  return event.event === 'message' || event.event === 'request' || event.event === 'presence';
}
