/** A screen as part of an error's message: its lines between bars, marked where `isMarked` says so. */
export function framed(screen: string, isMarked: (line: string, index: number) => boolean = () => false): string {
  return screen
    .split('\n')
    .map((line, index) => `${isMarked(line, index) ? '>' : ' '} |${line}`)
    .join('\n');
}

/** Without blanks at the ends of lines and without lines at the end that have nothing else. */
export function trimmed(screen: string): string {
  // Line by line: a regular expression takes quadratic time for a line of blanks.
  return screen
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .trimEnd();
}
