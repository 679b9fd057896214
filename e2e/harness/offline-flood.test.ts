import { offlineFlood } from './offline-flood.ts';
import { quickly } from './quickly.ts';

quickly('what was sent to a user who was off line arrives in order and in one go, and nobody keeps it in memory', offlineFlood);
