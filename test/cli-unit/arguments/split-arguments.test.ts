import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OPTIONS } from '../../../src/cli/arguments/options.js';
import { splitArguments } from '../../../src/cli/arguments/split-arguments.js';

test.each<[string, string[], string[], string[]]>([
  ['nothing', [], [], []],
  ['the mark alone', ['--'], [], []],
  ['a command', ['ls', '-l'], [], ['ls', '-l']],
  ['a command behind the mark', ['--', 'ls', '-l'], [], ['ls', '-l']],
  ['a command that looks like an option', ['--', '-x'], [], ['-x']],
  ['a switch', ['-q', 'ls', '-q'], ['-q'], ['ls', '-q']],
  ['a bundle', ['-qV', 'ls'], ['-qV'], ['ls']],
  ['a value', ['--max-in', '5', 'ls'], ['--max-in', '5'], ['ls']],
  ['a joined value', ['--max-in=5', 'ls'], ['--max-in=5'], ['ls']],
  ['a dash as value', ['--report', '-', 'ls'], ['--report', '-'], ['ls']],
  ['a forgotten value', ['--max-in', '--', 'ls'], ['--max-in'], ['ls']],
  ["the command's own mark", ['npm', 'run', 'x', '--', '--kill'], [], ['npm', 'run', 'x', '--', '--kill']],
  ["the command's own mark behind ours", ['--', 'a', '--', 'b'], [], ['a', '--', 'b']],
  ['netmeter in netmeter', ['-q', 'netmeter', '-q', '--', 'ls'], ['-q'], ['netmeter', '-q', '--', 'ls']],
  ['a command named by a dash', ['-q', '-', 'x'], ['-q'], ['-', 'x']],
  ['an empty command word', ['-q', '', 'x'], ['-q'], ['', 'x']],
])('%s', (_, argv, own, command) => {
  expect(splitArguments(argv)).toEqual({ own, command });
});

/** Our own options in every form, each with a plain value. */
const ownWords = fc
  .array(fc.constantFrom(...OPTIONS).chain(({ name, value }) => fc.constantFrom(...forms(name, value))))
  .map((options) => options.flat());

const forms = (name: string, value?: string) =>
  value ? [[`--${name}`, '1'], [`--${name}=1`], [`--${name}=`]] : [[`--${name}`]];

test("whatever stands behind the mark is the command's, word for word", () => {
  fc.assert(
    fc.property(ownWords, fc.array(fc.string({ unit: 'binary' })), (own, command) => {
      expect(splitArguments([...own, '--', ...command])).toEqual({ own, command });
    }),
  );
});

test('without a mark, so is everything from the first plain word on', () => {
  fc.assert(
    fc.property(ownWords, fc.stringMatching(/^[a-z/]+$/), fc.array(fc.string()), (own, word, rest) => {
      expect(splitArguments([...own, word, ...rest])).toEqual({ own, command: [word, ...rest] });
    }),
  );
});
