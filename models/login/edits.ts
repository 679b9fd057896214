/** A replacement in the text of a model. */
export interface Edit {
  readonly find: string;
  readonly replace: string;
}

/**
 * The text after all edits, each on what the ones before have left. The model is written once; what differs from it is said in edits.
 * @throws Error when what an edit looks for is there not exactly once: a model that has changed must not lose a mutant silently
 */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  return edits.reduce((current, { find, replace }) => {
    const pieces = current.split(find);
    if (pieces.length !== 2) throw new Error(`found ${pieces.length - 1} times in the model, not once: ${find}`);
    return pieces.join(replace);
  }, text);
}

/** Fills a place that the model has marked `(*@ place *)`; the mark stays in front, so that more can follow. */
export function fill(place: string, text: string): Edit {
  const mark = `(*@ ${place} *)`;
  return { find: mark, replace: `${mark} ${text}` };
}
