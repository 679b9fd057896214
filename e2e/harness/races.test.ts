import { quickly } from './quickly.ts';
import { races } from './races.ts';

quickly('lost answers, commits at once and deaths leave both in one group, with every message shown once', races);
