import { killClient } from './kill-client.ts';
import { quickly } from './quickly.ts';

quickly('clients killed at random moments lose nothing they have acknowledged, and show nothing twice', killClient);
