import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { equalBytes, openConsent, openDeviceList } from '@parley/protocol';
import {
  ConsentKind,
  type ConsentProof,
  ConsentProofSchema,
  type SignedConsent,
  type SignedDeviceList,
} from '@parley/protocol/wire';
import type { Transaction } from '../records/transaction.ts';
import type { Context } from './context.ts';

// What a user has signed when two agreed to talk: the RTT, or the ACCEPT. Each side keeps the other's, and shows it to a device of
// the other that has lost its vault: that one need not take the server's word for it.

/** Keeps what a contact has signed. It was verified with this list. */
export function keepProof(
  context: Context,
  transaction: Transaction,
  peer: string,
  signed: { consent?: SignedConsent | undefined; fromDevices?: SignedDeviceList | undefined },
): void {
  const { consent, fromDevices: devices } = signed;
  const contact = transaction.get(context.records.contacts, peer);
  if (contact === undefined || consent === undefined || devices === undefined) return;
  const proof = toBinary(ConsentProofSchema, create(ConsentProofSchema, { consent, devices }));
  transaction.put(context.records.contacts, { ...contact, proof });
}

export function keptProof(context: Context, transaction: Transaction, peer: string): ConsentProof | undefined {
  const bytes = transaction.get(context.records.contacts, peer)?.proof;
  return bytes === undefined || bytes.length === 0 ? undefined : fromBinary(ConsentProofSchema, bytes);
}

/** Whether this user, on a device of the same identity, has asked `peer` to talk or has accepted to. */
export function proofHolds({ environment, records }: Context, proof: ConsentProof | undefined, peer: string): boolean {
  if (proof?.consent === undefined || proof.devices === undefined) return false;
  const { username, identityKey } = records.account;
  try {
    const list = openDeviceList(environment.crypto, proof.devices);
    if (list.username !== username || !equalBytes(list.identityKey, identityKey)) return false;
    const { kind, from, to } = openConsent(environment.crypto, proof.consent, list);
    return (kind === ConsentKind.RTT || kind === ConsentKind.ACCEPT) && from === username && to === peer;
  } catch {
    return false; // signed by somebody else, or not at all
  }
}
