import { evilNetwork } from './evil-network.ts';
import { quickly } from './quickly.ts';

quickly(
  'whatever a network does to a session, nothing wrong is accepted, nothing readable crosses it, and it ends with the code that is due',
  evilNetwork,
);
