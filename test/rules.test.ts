import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from './netmeter.js';

/** Each habit that makes a test depend on the machine's speed, with what is done instead. */
const HABITS: readonly { readonly pattern: RegExp; readonly instead: string }[] = [
  {
    pattern: /expect\(.*(duration|elapsed|performance\.now|Date\.now).*\)\.(not\.)?toBeLess/i,
    instead: 'no assertion says how fast something is: expect what happened, or did not',
  },
  { pattern: /\btimeout: [\d_]+ *[,}]/, instead: 'all waits have one limit (test/wait.ts, .config/vitest.config.ts)' },
  {
    pattern: /import .*\bonce\b.* from 'node:events'/,
    instead: 'test/wait.ts has a `once` that does not wait for ever',
  },
  {
    pattern: /from 'node:timers\/promises'|setTimeout\(/,
    instead: 'wait for an event or a condition: `once`, `until`',
  },
  {
    // A loop asks again and again; who sleeps for more than a quarter of an hour is there to be ended.
    pattern: /^(?!.*\b(while|until|do sleep)\b).*\bsleep (\d{1,2}(\.\d+)?|0?\.\d+)(?![\d.])/,
    instead: 'a sleep in a script wins a race on fast machines alone: let it wait for what it needs',
  },
  {
    pattern: /time\.sleep\((0?\.(0[5-9]|[1-9])|[1-9]\d{0,2}(\.\d+)?\))/,
    instead: 'a sleep in a program wins a race on fast machines alone: let it wait for what it needs',
  },
  {
    pattern: /(max-time|connect-timeout|\btimeout) \d{1,2}(?!\d)|(\btimeout=|settimeout\()\d{1,2}(\.\d+)?(?!\d)/,
    instead: 'what gives up within two minutes gives up on a busy machine: the runner ends what hangs',
  },
  { pattern: /AbortSignal\.timeout\(/, instead: 'wait for an event or a condition: `once`, `until`' },
  { pattern: /\bretry: *\d/, instead: 'what fails now and then is a fault: of the product until shown otherwise' },
];

/** Says, on the same line or the one above, why time itself is what a test is about. */
const REASON = /(\/\/|#) Time: \S/;

const sources = ['test', 'fixtures/programs', 'fixtures/suite'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((file) => `${folder}/${file}`)
    .filter(
      (file) =>
        /\.(ts|js|py|sh)$/.test(file) && !/^test\/(wait|rules\.test)\.ts$|^test\/bench\/|\/demo\.js$/.test(file),
    ),
);

test('no test depends on how fast the machine is', () => {
  const found = sources.flatMap((file) => {
    const lines = readFileSync(join(ROOT, file), 'utf8').split('\n');
    return lines.flatMap((line, index) => {
      const habit = HABITS.find(({ pattern }) => pattern.test(line));
      const hasReason = REASON.test(line) || REASON.test(lines[index - 1] ?? '');
      return habit && !hasReason ? [`${file}:${index + 1}: ${habit.instead}`] : [];
    });
  });
  expect(found).toEqual([]);
});
