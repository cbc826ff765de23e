import fc from 'fast-check';
import { expect, test } from 'vitest';
import { requireArguments, requireEnvironment } from '../../src/command/unchanged.js';

const bytes = (...parts: readonly (string | Buffer)[]) =>
  Buffer.concat(parts.flatMap((part) => [Buffer.from(part as string), Buffer.from([0])]));

test('words in UTF-8 are taken, and none at all', () => {
  expect(() =>
    requireArguments(() => bytes('node', 'netmeter', '--', 'echo', 'grüße', '日本', '😀', '')),
  ).not.toThrow();
  expect(() => requireEnvironment(() => bytes('A=ä', 'B='))).not.toThrow();
  expect(() => requireArguments(() => undefined)).not.toThrow();
});

test('a word that is none is named', () => {
  expect(() => requireArguments(() => bytes('node', 'netmeter', Buffer.from([0x61, 0xff])))).toThrow("'a\ufffd'");
  expect(() => requireEnvironment(() => bytes('A=ä', Buffer.from([0x42, 0x3d, 0xe4])))).toThrow(
    'the variable B is not',
  );
});

test.each([
  [Buffer.from('B=\u00e4', 'latin1'), 'Leave it out: env -u B netmeter ...; the command may set it.'],
  // env could not be given that name in print.
  [Buffer.from('B\u00e4=1', 'latin1'), 'Leave it out: env -i PATH="$PATH" netmeter ...; the command may set it.'],
])('how a variable is left out: %s', (variable, cure) => {
  const refused = () => requireEnvironment(() => bytes(variable));
  expect(refused).toThrow(expect.objectContaining({ cure }));
});

test('what Node would change is refused, and nothing else', () => {
  const words = fc.array(fc.uint8Array({ maxLength: 6 }).map((word) => Buffer.from(word.map((byte) => byte || 1))));
  fc.assert(
    fc.property(words, (given) => {
      const isKept = given.every((word) => Buffer.from(word.toString('utf8')).equals(word));
      const refused = (() => {
        try {
          requireArguments(() => bytes(...given));
          return false;
        } catch {
          return true;
        }
      })();
      expect(refused).toBe(!isKept);
    }),
  );
});
