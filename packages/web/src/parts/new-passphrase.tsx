import { useState } from 'react';
import { Field } from './field.tsx';

/** Below this, whoever gets the sealed account tries all there are. */
const SHORT = 12;

interface PassphraseState {
  readonly first: string;
  readonly second: string;
  setFirst(text: string): void;
  setSecond(text: string): void;
  /** @throws RangeError that says what is wrong with it */
  checked(): string;
}

export function usePassphrase(): PassphraseState {
  const [first, setFirst] = useState('');
  const [second, setSecond] = useState('');
  const checked = (): string => {
    if (first === '') throw new RangeError('Choose a passphrase: it seals your account in this browser.');
    if (first.normalize('NFKC') !== second.normalize('NFKC'))
      throw new RangeError('The two passphrases differ: type them again.');
    return first;
  };
  return { first, second, setFirst, setSecond, checked };
}

/** A passphrase that is chosen is typed twice: there is nobody to ask for it when it is lost. */
export function NewPassphrase({ state, label = 'Passphrase' }: { readonly state: PassphraseState; readonly label?: string }) {
  const { first, second, setFirst, setSecond } = state;
  const isShort = first.length > 0 && [...first].length < SHORT;
  return (
    <>
      <Field
        label={label}
        type="password"
        autoComplete="new-password"
        value={first}
        onChange={setFirst}
        hint={isShort ? 'Four or five words that do not belong together are easy to keep in mind and hard to guess.' : HINT}
      />
      <Field
        label={`Repeat ${label.toLowerCase()}`}
        type="password"
        autoComplete="new-password"
        value={second}
        onChange={setSecond}
      />
    </>
  );
}

const HINT = 'You type it each time you open Parley here.';
