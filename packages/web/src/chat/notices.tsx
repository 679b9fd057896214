import { useEffect } from 'react';
import { IconButton } from '../parts/button.tsx';
import { restFocus } from '../parts/focus.ts';

/** Something to be told once. */
export interface Notice {
  readonly id: number;
  readonly text: string;
  /** It stays until it is closed: something was not done. */
  readonly isProblem: boolean;
}

const SHOWN_MS = 7_000;

interface NoticesProps {
  readonly notices: readonly Notice[];
  onClose(id: number): void;
}

/** Read out as they come; they take nobody's focus. */
export function Notices({ notices, onClose }: NoticesProps) {
  return (
    <div className="notices" role="status">
      {notices.map((notice) => (
        <NoticeView key={notice.id} notice={notice} onClose={onClose} />
      ))}
    </div>
  );
}

function NoticeView({ notice: { id, text, isProblem }, onClose }: { readonly notice: Notice; onClose(id: number): void }) {
  useEffect(() => restFocus, []);
  useEffect(() => {
    if (isProblem) return;
    const timer = setTimeout(() => onClose(id), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [id, isProblem, onClose]);
  return (
    <div className="notice" data-problem={isProblem}>
      <p>{text}</p>
      <IconButton icon="close" label="Close notice" onClick={() => onClose(id)} />
    </div>
  );
}
