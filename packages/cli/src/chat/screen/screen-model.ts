import type { ChatModel, ClientEvent } from '@parley/client';
import { Session } from '../session.ts';
import { Bell } from './bell.ts';
import { chosenBy } from './choice.ts';
import { namesIn } from './completion.ts';
import { listLines, noticeLines } from './entry-lines.ts';
import type { Action } from './keys.ts';
import { type Line, type Role, span } from './line.ts';
import { type LiveArea, liveArea, type Size, windowRows } from './live-area.ts';
import { LookingBack, type Window } from './looking-back.ts';
import { News } from './news.ts';
import { Scrollback } from './scrollback.ts';
import { Typing } from './typing.ts';

/** What the screen does beside drawing. */
export interface Terminal {
  ring(): void;
  clear(): void;
  suspend(): void;
  monotonic(): number;
  /** Calls back soon; for what need not be drawn at once. */
  later(callback: () => void): void;
}

export interface Frame {
  /** All that was printed since the start, in order: grows at its end only. */
  readonly printed: readonly Line[];
  readonly live: LiveArea;
}

const KEYS = [
  'Tab       completes, else next talk',
  'Alt+1-9   choose   Alt+A  next unread',
  'PgUp PgDn looks back    Esc  returns',
  'Alt+Enter new line    ↑  typed before',
  'Ctrl+L empties  Ctrl+Z  sets aside',
];

const NOTHING: LiveArea = { lines: [], cursor: { x: 0, y: 0 } };

/** The full terminal client without its terminal: keys and events in, frames out. */
export class ScreenModel {
  readonly #model: ChatModel;
  readonly #terminal: Terminal;
  readonly #session: Session;
  readonly #scrollback: Scrollback;
  readonly #lookingBack: LookingBack;
  readonly #typing = new Typing();
  readonly #bell: Bell;
  readonly #news: News;
  readonly #listeners = new Set<() => void>();
  #size: Size;
  #printed: readonly Line[] = [];
  #isUpdateDue = false;
  #isOver = false;
  #frame: Frame;

  constructor(model: ChatModel, terminal: Terminal, size: Size) {
    this.#model = model;
    this.#terminal = terminal;
    this.#size = size;
    this.#scrollback = new Scrollback(model.client.user);
    this.#lookingBack = new LookingBack(model.client.user);
    this.#news = new News(model.client.user);
    this.#bell = new Bell(
      () => terminal.ring(),
      () => terminal.monotonic(),
    );
    this.#session = new Session(model, {
      say: (lines) => this.#say(lines),
      list: (lines) => this.#print(listLines(lines, this.#columns)),
      clear: () => terminal.clear(),
      quit: () => void model.quit(),
      keys: KEYS,
    });
    model.client.listen((event) => this.#happened(event));
    model.subscribe(() => this.#updateLater());
    this.#frame = this.#draw();
  }

  get frame(): Frame {
    return this.#frame;
  }

  /** Calls `listener` when there is another frame. Returns a function that ends it. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  press(actions: readonly Action[]): void {
    this.#bell.keyPressed();
    for (const action of actions) {
      this.#act(action);
      this.#typing.enter(this.#model.state.current?.peer ?? '');
    }
    this.#update();
  }

  /** Pasted text is one message, however many lines it has. */
  paste(text: string): void {
    this.#bell.keyPressed();
    this.#typing.insert(text.replaceAll(/\r\n?/g, '\n'));
    this.#update();
  }

  /** Leaves nothing below what was printed. */
  end(): void {
    this.#isOver = true;
    this.#update();
  }

  resize(size: Size): void {
    this.#size = size;
    this.#update();
  }

  #act(action: Action): void {
    const typing = this.#typing;
    switch (action.do) {
      case 'insert':
        typing.insert(action.text);
        break;
      case 'edit':
        typing.edit(action.edit);
        break;
      case 'submit':
        this.#stopLookingBack();
        if (this.#session.type(typing.draft.text)) typing.done();
        break;
      case 'up':
        typing.move(-1);
        break;
      case 'down':
        typing.move(1);
        break;
      case 'complete':
        if (!typing.complete(namesIn(this.#model))) this.#open({ do: 'next' });
        break;
      case 'interrupt':
        if (typing.draft.text === '') void this.#model.quit();
        else typing.clear();
        break;
      case 'endOfInput':
        if (typing.draft.text === '') void this.#model.quit();
        else typing.edit('deleteRight');
        break;
      case 'suspend':
        this.#terminal.suspend();
        break;
      case 'clear':
        this.#terminal.clear();
        break;
      case 'pageUp':
        this.#lookBack(1);
        break;
      case 'pageDown':
        this.#lookBack(-1);
        break;
      case 'escape':
        this.#stopLookingBack();
        break;
      default:
        this.#open(action);
    }
  }

  #open(action: Action): void {
    const peer = chosenBy(action, this.#model.state);
    if (peer === undefined) return;
    this.#stopLookingBack();
    void this.#model.open(peer);
  }

  #lookBack(pages: 1 | -1): void {
    if (this.#model.state.current === undefined) return;
    if (!this.#lookingBack.turn(pages, windowRows(this.#size))) this.#stopLookingBack();
  }

  /** The screen was taken for what was said before: what was there comes again. */
  #stopLookingBack(): void {
    const { current } = this.#model.state;
    if (this.#lookingBack.stop() && current !== undefined) {
      this.#print(this.#scrollback.repeat(current, this.#columns, windowRows(this.#size)));
    }
  }

  #happened(event: ClientEvent): void {
    this.#bell.happened(event, this.#model.state.current?.peer);
    this.#say(this.#news.linesOf(event), event.event === 'error' ? 'alert' : 'quiet');
  }

  #say(lines: readonly string[], role: Role = 'plain'): void {
    this.#print(lines.flatMap((line) => noticeLines(line, this.#columns, [], role)));
    this.#updateLater();
  }

  #print(lines: readonly Line[]): void {
    if (lines.length > 0) this.#printed = [...this.#printed, ...lines.map((line) => (line.length === 0 ? [span('')] : line))];
  }

  get #columns(): number {
    return Math.max(1, this.#size.columns - 1);
  }

  #updateLater(): void {
    if (this.#isUpdateDue) return;
    this.#isUpdateDue = true;
    this.#terminal.later(() => {
      if (this.#isUpdateDue) this.#update();
    });
  }

  #update(): void {
    this.#isUpdateDue = false;
    this.#frame = this.#draw();
    for (const listener of this.#listeners) listener();
  }

  #draw(): Frame {
    const { state } = this.#model;
    this.#typing.enter(state.current?.peer ?? '');
    if (state.current === undefined) this.#lookingBack.stop();
    // While it is looked back nothing is printed: it would push what is read out of sight.
    if (!this.#lookingBack.isActive) this.#print(this.#scrollback.advance(state, this.#columns));
    const live = this.#isOver ? NOTHING : liveArea(state, this.#typing, this.#size, this.#window());
    return { printed: this.#printed, live };
  }

  #window(): Window | undefined {
    const { current } = this.#model.state;
    const window = current && this.#lookingBack.window(current, this.#columns, windowRows(this.#size));
    if (window?.needsOlder) void this.#model.loadOlder();
    return window;
  }
}
