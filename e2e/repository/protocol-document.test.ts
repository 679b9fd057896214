import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { ERROR_CODES, Opcode } from '@parley/protocol';
import { SigningDomain } from '../../packages/protocol/src/identity/signing.ts';

const documentText = readFileSync(resolve(import.meta.dirname, '../../docs/protocol.md'), 'utf8');

test('docs/protocol.md lists exactly the error codes of errors.ts, in its order, with what each does to the connection', () => {
  const listed = rowsOf('9. Errors').map((cells) => [withoutTicks(cells[0]), cells[1]]);
  assert.deepEqual(listed, Object.entries(ERROR_CODES));
});

test('docs/protocol.md lists exactly the opcodes of opcodes.ts, by number', () => {
  const listed = rowsOf('5. Opcodes').map((cells) => [cells[1], Number(cells[0])]);
  assert.deepEqual(
    listed,
    Object.entries(Opcode).sort(([, a], [, b]) => a - b),
  );
});

test('docs/protocol.md names every purpose of a signature', () => {
  for (const domain of Object.values(SigningDomain)) {
    const text = new TextDecoder().decode(domain).replace('\0', '\\0');
    assert.ok(documentText.includes(text), text);
  }
});

test('docs/protocol.md lists exactly the checks that a client makes of a server', () => {
  const source = readFileSync(resolve(import.meta.dirname, '../../packages/protocol/src/identity/server-check-error.ts'), 'utf8');
  const names = [...source.matchAll(/^ {2}\| '(\w+)'/gm)].map(([, name]) => name);
  const listed = rowsOf('3. Authentication phase', '| name | fails when').map((cells) => withoutTicks(cells[0]));
  assert.deepEqual(listed.sort(), names.sort());
});

/** Cells of a section's table (the first, or the one whose head begins so), without its head. */
function rowsOf(heading: string, head = '|'): (string | undefined)[][] {
  const section = documentText.split(/^## /m).find((text) => text.startsWith(heading)) ?? assert.fail(`no section ${heading}`);
  const lines = section.split('\n');
  const first = lines.findIndex((line) => line.startsWith(head));
  const end = lines.findIndex((line, index) => index > first && !line.startsWith('|'));
  return lines.slice(first + 2, end).map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
}

function withoutTicks(cell: string | undefined): string | undefined {
  return cell?.replaceAll('`', '');
}
