import { keep, kept } from './kept.ts';

const KEY = 'parley.notifications';
/** One notification at a time: the next takes its place. */
const TAG = 'parley';

export type NotificationChoice = 'on' | 'off' | 'denied' | 'impossible';

export function notificationChoice(): NotificationChoice {
  if (!('Notification' in globalThis)) return 'impossible';
  if (Notification.permission === 'denied') return 'denied';
  return Notification.permission === 'granted' && kept(KEY) === 'on' ? 'on' : 'off';
}

/** @returns what has become of it: the person may refuse */
export async function switchNotifications(on: boolean): Promise<NotificationChoice> {
  keep(KEY, on ? 'on' : 'off');
  if (on && 'Notification' in globalThis) await Notification.requestPermission();
  return notificationChoice();
}

/** A notification is seen on locked screens and over shoulders: it says neither who nor what. */
export async function notify(what: 'message' | 'request'): Promise<void> {
  if (notificationChoice() !== 'on') return;
  const text = what === 'message' ? 'A new message' : 'Somebody asks to talk';
  const registration = await navigator.serviceWorker?.getRegistration();
  const options = { tag: TAG, renotify: true, icon: '/icons/192.png', body: text };
  // Phones show notifications of service workers only.
  if (registration?.active) await registration.showNotification('Parley', options);
  else new Notification('Parley', options).addEventListener('click', () => window.focus());
}

/** Whoever looks has been told. */
export async function closeNotifications(): Promise<void> {
  const registration = await navigator.serviceWorker?.getRegistration();
  const shown = (await registration?.getNotifications({ tag: TAG })) ?? [];
  for (const notification of shown) notification.close();
}
