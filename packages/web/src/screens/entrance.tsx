import { type ReactNode, useEffect } from 'react';
import { REST, restFocus } from '../parts/focus.ts';
import { Logo } from '../parts/logo.tsx';

interface EntranceProps {
  readonly title: string;
  readonly children: ReactNode;
  readonly isWide?: boolean;
}

/** What stands before the chat: one card with one question. */
export function Entrance({ title, children, isWide = false }: EntranceProps) {
  // Whoever comes from another screen begins at the top of this one, where no field has the focus already.
  useEffect(restFocus, []);
  return (
    <main className={isWide ? 'entrance wide' : 'entrance'}>
      <div className="card">
        <p className="brand">
          <Logo /> Parley
        </p>
        <h1 tabIndex={-1} {...REST}>
          {title}
        </h1>
        {children}
      </div>
    </main>
  );
}
