import type { ChatState, OwnDeviceInfo } from '@parley/client';
import { type ReactNode, useEffect, useState } from 'react';
import { useStore } from '../app/use-app.ts';
import { closing } from '../bridge/remote.ts';
import { type NotificationChoice, notificationChoice, switchNotifications } from '../device/notifications.ts';
import { askToPersist, isPersistent } from '../device/storage.ts';
import { chooseTheme, chosenTheme, THEMES, type Theme } from '../device/theme.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { ForgetAccount } from '../screens/forget-account.tsx';
import { ChangePassphrase } from './change-passphrase.tsx';
import { SHORTCUTS } from './shortcuts.ts';

interface SettingsProps {
  readonly chat: ChatState;
  onClose(): void;
}

export function Settings({ chat, onClose }: SettingsProps) {
  const { remote } = useStore();
  const [isForgetting, setForgetting] = useState(false);
  if (isForgetting) return <ForgetAccount onClose={() => setForgetting(false)} />;
  return (
    <Dialog title="Settings" onClose={onClose} className="settings">
      <Part title="Account">
        <p>
          <strong>{chat.user}</strong> on {chat.server ?? location.host}
        </p>
        <Devices />
        <div className="actions">
          <Button onClick={() => remote.tell('lock')}>Lock now</Button>
          <Button look="danger" onClick={() => setForgetting(true)}>
            Remove from this browser …
          </Button>
        </div>
      </Part>
      <Part title="Look">
        <ThemeChoice />
      </Part>
      <Part title="Notifications">
        <Notifications />
      </Part>
      <Part title="Storage">
        <Storage />
      </Part>
      <Part title="Passphrase">
        <ChangePassphrase />
      </Part>
      <Part title="Keys">
        <dl className="keys">
          {SHORTCUTS.map(({ keys, what }) => (
            <div key={keys}>
              <dt>
                <kbd>{keys}</kbd>
              </dt>
              <dd>{what}</dd>
            </div>
          ))}
        </dl>
      </Part>
    </Dialog>
  );
}

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section>
      <h3>{title}</h3>
      {children}
    </section>
  );
}

function Devices() {
  const { remote } = useStore();
  const [devices, setDevices] = useState<readonly OwnDeviceInfo[]>([]);
  useEffect(() => {
    remote.call('devices').then(setDevices, closing);
  }, [remote]);
  return (
    <ul className="plain">
      {devices.map(({ id, name, current }) => (
        <li key={id}>
          {name}
          {current && ' (this one)'}
        </li>
      ))}
    </ul>
  );
}

const THEME_NAMES: Readonly<Record<Theme, string>> = {
  system: 'As the system',
  light: 'Light',
  dark: 'Dark',
  contrast: 'High contrast',
};

function ThemeChoice() {
  const [theme, setTheme] = useState(chosenTheme);
  return (
    <fieldset className="choice">
      <legend className="unseen">Look</legend>
      {THEMES.map((one) => (
        <label key={one}>
          <input
            type="radio"
            name="theme"
            checked={one === theme}
            onChange={() => {
              chooseTheme(one);
              setTheme(one);
            }}
          />
          {THEME_NAMES[one]}
        </label>
      ))}
    </fieldset>
  );
}

const NOTIFICATION_TEXTS: Readonly<Record<NotificationChoice, string>> = {
  on: 'While you look elsewhere you are told that something has come: not from whom, and not what.',
  off: 'Tells you that something has come while you look elsewhere: not from whom, and not what.',
  denied: 'This browser does not allow it for this page: it can be allowed beside the address.',
  impossible: 'This browser has none.',
};

function Notifications() {
  const [choice, setChoice] = useState(notificationChoice);
  const isPossible = choice === 'on' || choice === 'off';
  return (
    <>
      <label className="switch">
        <input
          type="checkbox"
          checked={choice === 'on'}
          disabled={!isPossible}
          onChange={(event) => void switchNotifications(event.target.checked).then(setChoice)}
        />
        Tell me when something comes
      </label>
      <p className="hint">{NOTIFICATION_TEXTS[choice]}</p>
    </>
  );
}

function Storage() {
  const [persists, setPersists] = useState<boolean>();
  useEffect(() => {
    void isPersistent().then(setPersists);
  }, []);
  if (persists === undefined) return null;
  if (persists) return <p className="hint">This browser has promised to keep what is stored here until you remove it.</p>;
  return (
    <>
      <p className="hint">
        This browser may remove what is stored here when it is short of space. Installing Parley, or bookmarking it, makes
        browsers keep it.
      </p>
      <Button onClick={() => void askToPersist().then(setPersists)}>Ask it to keep everything</Button>
    </>
  );
}
