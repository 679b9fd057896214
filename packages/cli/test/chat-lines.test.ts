import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { it, describe as suite } from 'node:test';
import fc from 'fast-check';
import { helpLines } from '../src/chat/commands.ts';
import { describe, describeEntry } from '../src/chat/describe.ts';
import { AS_LINES, asRows } from '../src/chat/layout.ts';
import { readLines } from '../src/chat/read-lines.ts';
import { BadCommand, parseScriptCommand } from '../src/chat/script-commands.ts';
import { parseTypedLine } from '../src/chat/typed-line.ts';

suite('a line of script mode', () => {
  it('is each command of the contract', () => {
    assert.deepEqual(parseScriptCommand('{"do":"list"}'), { do: 'list' });
    assert.deepEqual(parseScriptCommand('{"do":"quit"}'), { do: 'quit' });
    for (const name of ['request', 'accept', 'refuse', 'cancel', 'block']) {
      assert.deepEqual(parseScriptCommand(JSON.stringify({ do: name, user: 'bob' })), { do: name, user: 'bob' });
    }
    const send = { do: 'send', to: 'bob', text: 'hi', id: '1' };
    assert.deepEqual(parseScriptCommand(JSON.stringify(send)), send);
    assert.deepEqual(parseScriptCommand('{"do":"delete","id":"00"}'), { do: 'delete', id: '00' });
  });

  it('may have fields that are not known, which are dropped', () => {
    assert.deepEqual(parseScriptCommand('{"do":"list","color":"red"}'), { do: 'list' });
  });

  const refused = {
    'that is no JSON': 'hello',
    'that is cut': '{"do":"list"',
    'that is no object': '["list"]',
    'that is null': 'null',
    'without a command': '{}',
    'with an unknown command': '{"do":"fly"}',
    'with a command named like a property of every object': '{"do":"constructor"}',
    'that asks nobody': '{"do":"request"}',
    'whose user is no string': '{"do":"request","user":7}',
    'that sends nothing': '{"do":"send","to":"bob","id":"1"}',
    'that sends without an id': '{"do":"send","to":"bob","text":"hi"}',
    'that deletes nothing': '{"do":"delete"}',
  };
  for (const [name, line] of Object.entries(refused)) {
    it(`refuses one ${name}`, () => assert.throws(() => parseScriptCommand(line), BadCommand));
  }

  it('is a command or BadCommand, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.object().map((value) => JSON.stringify(value)),
        ),
        (line) => {
          try {
            assert.equal(typeof parseScriptCommand(line).do, 'string');
          } catch (error) {
            assert.ok(error instanceof BadCommand);
          }
        },
      ),
    );
  });
});

suite('a typed line', () => {
  it('is text unless it starts with / or !', () => {
    assert.deepEqual(parseTypedLine('hello / there!'), { kind: 'text', text: 'hello / there!' });
    assert.deepEqual(parseTypedLine('  '), { kind: 'nothing' });
  });

  it('is a command after / or !', () => {
    for (const mark of ['/', '!']) {
      assert.deepEqual(parseTypedLine(`${mark}list`), { kind: 'command', name: 'list' });
      assert.deepEqual(parseTypedLine(`${mark}request  bob `), { kind: 'command', name: 'request', user: 'bob' });
      assert.deepEqual(parseTypedLine(`${mark}msg bob hi  there`), {
        kind: 'command',
        name: 'msg',
        user: 'bob',
        text: 'hi  there',
      });
    }
  });

  it('is a choice of whom to write to where /msg has no text', () => {
    assert.deepEqual(parseTypedLine('/msg bob '), { kind: 'command', name: 'msg', user: 'bob' });
  });

  it('may leave out a name where that means oneself, or the current conversation', () => {
    assert.deepEqual(parseTypedLine('/verify'), { kind: 'command', name: 'verify' });
    assert.deepEqual(parseTypedLine('/devices bob'), { kind: 'command', name: 'devices', user: 'bob' });
  });

  it('is words or the name of a file, with their spaces', () => {
    assert.deepEqual(parseTypedLine('/search two words'), { kind: 'command', name: 'search', text: 'two words' });
    assert.deepEqual(parseTypedLine('/export my file.txt'), { kind: 'command', name: 'export', text: 'my file.txt' });
  });

  it('is a text that starts with / where that is doubled', () => {
    assert.deepEqual(parseTypedLine('//etc/passwd'), { kind: 'text', text: '/etc/passwd' });
    assert.deepEqual(parseTypedLine('!!'), { kind: 'text', text: '!' });
  });

  it('has a help that fits a terminal of 40 columns and 24 rows, with what can be done by keys', () => {
    for (const line of helpLines()) assert.ok(line.length < 40, line);
    assert.ok(helpLines().length <= 16);
  });

  it('is a mistake when the command is unknown or lacks its name', () => {
    for (const line of ['/', '/fly', '/request', '/request a b', '/msg', '/constructor', '/list x', '/search', '/export']) {
      assert.equal(parseTypedLine(line).kind, 'mistake', line);
    }
  });
});

suite('a message for people', () => {
  const message = { kind: 'text', from: 'bob', conversation: 'bob', position: 1, id: '00' } as const;

  it('marks every line of a message as its sender’s', () => {
    const [first, second] = describeEntry({ ...message, text: 'one\ncarol: two', at: 0 });
    assert.match(first!, /^\d\d:\d\d bob: one$/);
    assert.match(second!, /^ +bob: carol: two$/);
  });

  it('survives a time that is none', () => {
    assert.deepEqual(describeEntry({ ...message, text: 'x', at: Number.MAX_VALUE }), ['--:-- bob: x']);
  });

  it('is left to no terminal to wrap, and keeps behind the name there', () => {
    const [notice, entry] = ['one two three four five', 'carol: one two three four five'];
    assert.deepEqual(AS_LINES.notice(notice), [notice]);
    const rows = asRows('alice', { columns: 41 });
    assert.deepEqual(rows.entry({ ...message, text: entry, at: Number.MAX_VALUE }), [
      '--:-- bob: carol: one two three four',
      '           five',
    ]);
    assert.deepEqual(asRows('alice', { columns: 15 }).notice(notice), ['one two three', '  four five']);
    assert.deepEqual(asRows('alice', { columns: 0 }).notice(notice), [notice]);
  });
});

suite('an event for people', () => {
  it('names others who are on line, not oneself', () => {
    const users = ['alice', 'bob', 'carol'].map((user) => ({ user, online: user !== 'carol' }));
    assert.deepEqual(describe({ event: 'users', users }, 'alice'), ['On line: bob']);
    assert.deepEqual(describe({ event: 'users', users: users.slice(0, 1) }, 'alice'), ['Nobody else is on line.']);
  });
});

suite('reading lines', () => {
  const read = async (chunks: Uint8Array[]): Promise<string[]> => {
    const input = new PassThrough();
    const lines: string[] = [];
    const ended = new Promise<void>((resolve) => readLines(input, (line) => lines.push(line), resolve));
    for (const chunk of chunks) input.write(chunk);
    input.end();
    await ended;
    return lines;
  };

  it('ends lines at line feeds alone, and takes a last line without one', async () => {
    assert.deepEqual(await read([Buffer.from('a\r\n\n{"x":"\u2028"}\nend')]), ['a', '', '{"x":"\u2028"}', 'end']);
  });

  it('gives the same lines however the input is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'grapheme' }).filter((line) => !/[\r\n]/.test(line))),
        fc.nat(7),
        async (lines, size) => {
          const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
          const chunks: Buffer[] = [];
          for (let i = 0; i < bytes.length; i += size + 1) chunks.push(bytes.subarray(i, i + size + 1));
          assert.deepEqual(await read(chunks), lines);
        },
      ),
    );
  });
});
