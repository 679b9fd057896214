import { resolve } from 'node:path';
import { SdkProcess } from '../sdk-process.ts';
import type { Ground } from './ground.ts';

/** A process of attackers (flood.ts). */
export class FloodProcess extends SdkProcess {
  constructor(ground: Ground, attack: string, { port, perSecond, count }: { port: number; perSecond: number; count: number }) {
    const { serverAddress, prefix, under } = ground;
    const script = resolve(import.meta.dirname, 'flood.ts');
    super(script, [attack, serverAddress, String(port), prefix, String(perSecond), String(count)], { under });
  }

  async ready(): Promise<void> {
    await this.line(0);
  }

  /** Lets them attack; resolves when all have begun. */
  async attack(): Promise<void> {
    this.write('');
    await this.line(1);
  }

  /** How many the server has ended in which way, once it has ended all. */
  async ends(): Promise<Readonly<Record<string, number>>> {
    return (await this.line(2)).ends as Readonly<Record<string, number>>;
  }
}
