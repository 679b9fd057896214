import { killing } from './kills.ts';
import { sometime } from './talkers.ts';

export const killServer = killing('the server', {
  quick: { kills: 4, pairs: 2 },

  async killOnce({ world, getsThrough }) {
    // Under load: some time after messages get through again, sometimes right then.
    if (!(await getsThrough())) return false;
    await sometime(0, 500);
    await world.server.kill();
    await world.restartServer();
    return true;
  },
});
