// The load generator: a process of its own, so that what it costs is not the server's. It is given one Job, answers with what it has
// measured, and ends.

import { idle } from './cases/idle.ts';
import { login } from './cases/login.ts';
import { rate } from './cases/rate.ts';
import { relay } from './cases/relay.ts';
import type { Protocol } from './endpoint.ts';
import type { Job, Measured } from './job.ts';
import { Meter } from './meter.ts';
import { mqttProtocol } from './mqtt.ts';
import { parleyProtocol } from './parley.ts';
import type { Target } from './target.ts';
import { xmppProtocol } from './xmpp.ts';

process.once('message', (job: Job) => {
  carryOut(job).then(
    (measured) => process.send?.(measured, () => process.exit(0)),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.once('disconnect', () => process.exit(1)); // nobody is left to measure for

async function carryOut({ target, serverPids, work }: Job): Promise<Measured> {
  const protocol = protocolOf(target);
  const measured = await measure(protocol, work, new Meter(serverPids));
  protocol.end?.();
  return measured;
}

function measure(protocol: Protocol, work: Job['work'], meter: Meter): Promise<Measured> {
  switch (work.kind) {
    case 'relay':
      return relay(protocol, work, meter);
    case 'rate':
      return rate(protocol, work, meter);
    case 'login':
      return login(protocol, work, meter);
    case 'idle':
      return idle(protocol, work, meter);
  }
}

function protocolOf(target: Target): Protocol {
  switch (target.protocol) {
    case 'parley':
      return parleyProtocol(target);
    case 'mqtt':
      return mqttProtocol(target);
    case 'xmpp':
      return xmppProtocol(target);
  }
}
