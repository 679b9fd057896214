import type { ContactInfo } from '@parley/client';
import { useEffect, useState } from 'react';
import { useStore } from '../app/use-app.ts';
import { closing } from '../bridge/remote.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { QrCode } from '../parts/qr-code.tsx';
import { SafetyNumber } from '../parts/safety-number.tsx';

interface AboutContactProps {
  readonly peer: string;
  onClose(): void;
}

/** How to know that somebody is who they say, and how to hear no more of them. */
export function AboutContact({ peer, onClose }: AboutContactProps) {
  const { remote } = useStore();
  const [contact, setContact] = useState<ContactInfo | null>();
  useEffect(() => {
    remote.call('contact', peer).then((found) => setContact(found ?? null), closing);
  }, [remote, peer]);
  const block = (): void => {
    remote.tell('block', peer);
    onClose();
  };
  return (
    <Dialog title={`About ${peer}`} onClose={onClose}>
      {contact === null && <p>Nothing is known of {peer} before they answer.</p>}
      {contact?.identityChanged === true && (
        <p className="warning">
          {peer} has shown another identity than the one of this number. Nothing is sent to them until you have asked them, by
          another way, why.
        </p>
      )}
      {contact != null && (
        <>
          <h3>Safety number</h3>
          <div className="verify">
            <QrCode text={contact.safetyNumber.replaceAll(' ', '')} label="The safety number as a QR code" />
            <SafetyNumber digits={contact.safetyNumber} />
          </div>
          <p className="hint">
            {peer} finds the same number under your name. Compare it face to face or by phone: the same digits mean that nobody is
            between you.
          </p>
          <h3>Devices</h3>
          <ul className="plain">
            {contact.devices.map(({ id, name }) => (
              <li key={id}>{name}</li>
            ))}
          </ul>
        </>
      )}
      <h3>Hear no more of {peer}</h3>
      <p className="hint">They are not told, and it cannot be undone yet. What was said goes out of sight with it.</p>
      <div className="actions">
        <Button look="danger" onClick={block}>
          Block
        </Button>
      </div>
    </Dialog>
  );
}
