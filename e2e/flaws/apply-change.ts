import type { Change } from './old-behaviour.ts';

/** A file with the change made. @throws where the place is not there, or there more than once: the code has moved on */
export function applyChange(text: string, { file, from, to }: Change): string {
  const places = text.split(from).length - 1;
  if (places !== 1) throw new Error(`${file} has ${places} places, not one, that read: ${from}`);
  return text.replace(from, () => to);
}
