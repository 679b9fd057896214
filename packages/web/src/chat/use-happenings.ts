import { useCallback, useEffect, useRef, useState } from 'react';
import { useStore } from '../app/use-app.ts';
import type { Happening } from '../bridge/wire.ts';
import { notify } from '../device/notifications.ts';
import type { Notice } from './notices.tsx';

/** More would hide what they lie over. */
const MAX_NOTICES = 4;

/** Does on the page what things that happen ask for: opens, tells, notifies. */
export function useHappenings(isBusy: () => boolean): { notices: readonly Notice[]; close(id: number): void } {
  const store = useStore();
  const [notices, setNotices] = useState<readonly Notice[]>([]);
  const told = useRef(0);
  const close = useCallback((id: number) => setNotices((shown) => shown.filter((notice) => notice.id !== id)), []);

  useEffect(() => {
    const tell = (text: string, isProblem = false): void => {
      told.current += 1;
      const notice = { id: told.current, text, isProblem };
      setNotices((shown) => [...shown.filter((one) => one.text !== text), notice].slice(-MAX_NOTICES));
    };
    return store.hear((happening) => {
      switch (happening.what) {
        case 'accepted': {
          // Whoever is writing, or doing something else, goes on with that.
          const isFree = !isBusy() || store.getState().chat?.current?.peer === happening.user;
          if (isFree) store.remote.tell('open', happening.user);
          tell(`${happening.user} accepted.`);
          break;
        }
        case 'refused':
          tell(`${happening.user} refused.`);
          break;
        case 'message':
        case 'request':
          // In sight behind another window is not looked at either.
          if (document.visibilityState === 'hidden' || !document.hasFocus()) void notify(happening.what);
          break;
        case 'problem':
          tell(problemText(happening), true);
      }
    });
  }, [store, isBusy]);

  return { notices, close };
}

function problemText({ code, message, user }: Extract<Happening, { what: 'problem' }>): string {
  const known = PROBLEMS[code];
  return known === undefined ? message : known(user ?? 'this user');
}

/** The same errors as on the command line, in the words of somebody who sees a screen. */
const PROBLEMS: Readonly<Record<string, (user: string) => string>> = {
  unknown_user: (user) => `There is nobody called ${user} here.`,
  refused_recently: (user) => `${user} has refused lately: you can ask again a week after that.`,
  identity_changed: (user) =>
    `${user} shows another identity than before. Nothing is sent until you have compared the safety number.`,
};
