import { killServer } from './kill-server.ts';
import { quickly } from './quickly.ts';

quickly('a server killed at random moments loses nothing it has acknowledged, and nothing is shown twice', killServer);
