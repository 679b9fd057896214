import assert from 'node:assert/strict';
import { equalBytes } from '@parley/protocol';
import type { End } from '../support.ts';
import { OpenMlsEnd } from './core-crypto.ts';

/** One end of a group, whoever made its MLS. */
export type AnyEnd = End | OpenMlsEnd;

/** That a message opens at `receiver`, with this text and from this end. */
export async function opens(receiver: AnyEnd, ciphertext: Uint8Array, text: string, sender: AnyEnd): Promise<void> {
  if (receiver instanceof OpenMlsEnd) {
    const received = await receiver.receive(ciphertext);
    assert.equal(received.text, text);
    assert.ok(
      received.certificate !== undefined && equalBytes(received.certificate, sender.device.certificate),
      'another author',
    );
    return;
  }
  const { username, deviceId } = sender.device;
  assert.deepEqual(await receiver.receive(ciphertext), { text, from: username, deviceId });
}

export async function epochOf(end: AnyEnd): Promise<number> {
  return end instanceof OpenMlsEnd ? end.epoch() : Number(end.mls.info(end.state).epoch);
}

/** One end commits, all others take it. */
export async function update(committer: AnyEnd, ends: readonly AnyEnd[]): Promise<void> {
  const commit = await committer.commit();
  for (const end of ends) if (end !== committer) await end.process(commit);
}

/** Everybody says something, and everybody else reads it. */
export async function talk(ends: readonly AnyEnd[]): Promise<void> {
  for (const [i, sender] of ends.entries()) {
    const text = `from ${i}`;
    const sent = await sender.send(text);
    for (const receiver of ends) if (receiver !== sender) await opens(receiver, sent, text, sender);
  }
}
