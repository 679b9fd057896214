import type { OldBehaviour } from '../old-behaviour.ts';
import { CHANNEL } from './channel.ts';
import { DELIVERY } from './delivery.ts';
import { HANDSHAKE } from './handshake.ts';
import { IDENTITY } from './identity.ts';
import { PEOPLE } from './people.ts';
import { PROCESS } from './process.ts';

/** Of all flaws. `node e2e/flaws/reenact.ts` has each of them back in a copy of the repository, and runs the test. */
export const OLD_BEHAVIOURS: readonly OldBehaviour[] = [
  ...CHANNEL,
  ...HANDSHAKE,
  ...IDENTITY,
  ...PROCESS,
  ...DELIVERY,
  ...PEOPLE,
];
