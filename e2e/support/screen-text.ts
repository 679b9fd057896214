/** A screen as part of an error's message: its lines between bars, marked where `isMarked` says so. */
export function framed(screen: string, isMarked: (line: string, index: number) => boolean = () => false): string {
  return screen
    .split('\n')
    .map((line, index) => `${isMarked(line, index) ? '>' : ' '} |${line}`)
    .join('\n');
}

/** Without blanks at the ends of lines and without lines at the end that have nothing else. */
export function trimmed(screen: string): string {
  return screen.replace(/[ \t]+$/gm, '').trimEnd();
}
