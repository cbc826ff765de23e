import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../netmeter.js';

/** Writes to a stream of the process, whatever it is called by. */
const WRITES =
  /\b(?:stdout|stderr)\s*\??\.\s*(?:write|end|pipe)\b|\bconsole\s*\.\s*\w+|process\.(?:stdout|stderr)(?!\.columns)/;

test('only the terminal writes to stdout and stderr, because it lets nothing steer them', () => {
  const source = join(ROOT, 'src');
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const speaking = files.filter((file) =>
    // Programs that are started, as text.
    file === 'doctor/programs.ts' ? false : WRITES.test(readFileSync(join(source, file), 'utf8')),
  );
  expect(files.length).toBeGreaterThan(100);
  expect(speaking).toEqual([]);
});
