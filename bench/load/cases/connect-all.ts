import type { Endpoint, Protocol } from '../endpoint.ts';
import type { Meter } from '../meter.ts';

/** Logins that are under way at once. */
const LANES = 32;

/** Logs clients in, in lanes; each that ends without being told to is counted. */
export async function connectAll(
  protocol: Protocol,
  indexes: readonly number[],
  meter: Meter,
  lanes = LANES,
): Promise<Map<number, Endpoint>> {
  const endpoints = new Map<number, Endpoint>();
  const waiting = [...indexes].reverse();
  const lane = async (): Promise<void> => {
    for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
      const endpoint = await protocol.connect(index);
      endpoint.onLost = (reason) => {
        meter.disconnected += 1;
        console.error(`a client was cut off: ${reason}`);
      };
      endpoints.set(index, endpoint);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return endpoints;
}
