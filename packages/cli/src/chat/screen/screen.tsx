import { Box, Static, Text, useApp, useCursor, useInput, usePaste } from 'ink';
import { useEffect, useSyncExternalStore } from 'react';
import { actionsOf } from './keys.ts';
import type { Line } from './line.ts';
import type { ScreenModel } from './screen-model.ts';
import { setAside } from './set-aside.ts';
import { lookOf } from './theme.ts';

interface ScreenProps {
  readonly screen: ScreenModel;
  /** Gets what gives the terminal back to the shell for a while. */
  readonly onSuspender: (suspend: () => void) => void;
}

/** Draws frames, and passes keys on. What there is to draw is decided elsewhere. */
export function Screen({ screen, onSuspender }: ScreenProps) {
  const { printed, live } = useSyncExternalStore(
    (listener) => screen.subscribe(listener),
    () => screen.frame,
  );
  const { suspendTerminal } = useApp();
  const { setCursorPosition } = useCursor();
  useEffect(() => onSuspender(() => void setAside(suspendTerminal)), [onSuspender, suspendTerminal]);
  useInput((input, key) => screen.press(actionsOf(input, key)));
  usePaste((text) => screen.paste(text));
  setCursorPosition(live.cursor);
  return (
    <>
      <Static items={printed as Line[]}>{(line, index) => <Row key={index} line={line} />}</Static>
      <Box flexDirection="column">
        {live.lines.map((line, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place
          <Row key={index} line={line} />
        ))}
      </Box>
    </>
  );
}

function Row({ line }: { readonly line: Line }) {
  // A row without text would have no height.
  if (line.every(({ text }) => text === '')) return <Text> </Text>;
  return (
    <Text wrap="truncate-end">
      {line.map(({ text, role }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a span is its place
        <Text key={index} {...lookOf(role)}>
          {text}
        </Text>
      ))}
    </Text>
  );
}
