import { killing } from './kills.ts';
import { sometime } from './talkers.ts';

/** Their start and login are among the moments. */
export const killClient = killing('clients', {
  quick: { kills: 6, pairs: 2 },

  async killOnce({ talkers, getsThrough }) {
    const victim = talkers[Math.floor(Math.random() * talkers.length)] ?? talkers[0]!;
    // One in three dies while it starts, wherever that is; the others after something got through again.
    if (Math.random() < 2 / 3 && !(await getsThrough())) return false;
    await sometime(0, 1_000);
    await victim.kill();
    victim.start();
    return true;
  },
});
