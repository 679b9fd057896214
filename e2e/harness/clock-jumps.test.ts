import { clockJumps } from './clock-jumps.ts';
import { quickly } from './quickly.ts';

quickly('clocks that are wrong or jump lose nothing, end no connection, and do no harm that stays', clockJumps);
