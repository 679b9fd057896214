import { useMemo } from 'react';
import { partsOf } from './links.ts';

/** What somebody wrote, as text and nothing but text; addresses in it can be followed, and tell nobody where one came from. */
export function MessageText({ text }: { readonly text: string }) {
  const parts = useMemo(() => partsOf(text), [text]);
  return (
    <p className="text" dir="auto">
      {parts.map(({ text: part, href }, index) =>
        href === undefined ? (
          part
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text never move
          <a key={index} href={href} title={href} target="_blank" rel="noopener noreferrer nofollow">
            {part}
          </a>
        ),
      )}
    </p>
  );
}
