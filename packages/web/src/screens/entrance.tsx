import type { ReactNode } from 'react';
import { Logo } from '../parts/logo.tsx';

interface EntranceProps {
  readonly title: string;
  readonly children: ReactNode;
  readonly isWide?: boolean;
}

/** What stands before the chat: one card with one question. */
export function Entrance({ title, children, isWide = false }: EntranceProps) {
  return (
    <main className={isWide ? 'entrance wide' : 'entrance'}>
      <div className="card">
        <p className="brand">
          <Logo /> Parley
        </p>
        <h1>{title}</h1>
        {children}
      </div>
    </main>
  );
}
