import type { ReactNode } from 'react';

/** Drawn on a grid of 24, in the colour of the text around them. */
const SHAPES = {
  back: <path d="M15 5l-7 7 7 7" />,
  close: <path d="M6 6l12 12M18 6L6 18" />,
  send: <path d="M4 12l16-8-6 16-3-7z" />,
  search: <path d="M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM16 16l5 5" />,
  settings: <path d="M4 7h9M17 7h3M15 5v4M4 12h3M11 12h9M9 10v4M4 17h11M19 17h1M17 15v4" />,
  shield: <path d="M12 3l7 3v5c0 5-3 8-7 10-4-2-7-5-7-10V6zM9 12l2 2 4-4" />,
  lock: <path d="M6 11h12v9H6zM9 11V8a3 3 0 0 1 6 0v3" />,
  clock: <path d="M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 8v4l3 2" />,
  check: <path d="M5 12l5 5 9-10" />,
  alert: <path d="M12 4l9 16H3zM12 10v4M12 17v.5" />,
  bubble: <path d="M4 5h16v11H10l-4 4v-4H4z" />,
  down: <path d="M12 5v14M6 13l6 6 6-6" />,
  again: <path d="M19 8a8 8 0 1 0 1 6M20 4v5h-5" />,
} satisfies Record<string, ReactNode>;

export type IconName = keyof typeof SHAPES;

/** Decoration: what it stands beside says the same in words. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true">
      {SHAPES[name]}
    </svg>
  );
}
