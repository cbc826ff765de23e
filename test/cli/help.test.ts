import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { helpText } from '../../src/cli/help/help.js';
import { version } from '../../src/version.js';
import { NETMETER, netmeter, runToEnd } from '../netmeter.js';

test('the help that the build has laid out is what yargs lays out', async () => {
  expect((await netmeter(['--help'])).stdout).toBe(await helpText(80));
  const ready = new URL('../../dist/help-100.txt', import.meta.url);
  expect(readFileSync(ready, 'utf8')).toBe(await helpText(100));
});

test.each([[['-h']], [['-q', '--help']], [['help']]])('%s says the same as --help', async (words) => {
  expect((await netmeter(words)).stdout).toBe((await netmeter(['--help'])).stdout);
});

test.each([[['-V']], [['-q', '--version']]])('%s says the same as --version', async (words) => {
  expect((await netmeter(words)).stdout).toBe(`netmeter ${version}\n`);
  expect((await netmeter(['--version'])).stdout).toBe(`netmeter ${version}\n`);
});

test.each(['--help', '--version'])('%s fails where it cannot be written', async (word) => {
  const ended = await runToEnd('sh', ['-c', `exec '${process.execPath}' '${NETMETER}' ${word} >/dev/full`]);
  expect(ended).toMatchObject({ status: 125, stderr: expect.stringContaining('no space left on device') });
});

test.each(['--help', '--version'])('%s ends well when its reader has gone', async (word) => {
  const script = `{ trap '' PIPE; while echo 2>/dev/null; do :; done; trap - PIPE; '${process.execPath}' '${NETMETER}' ${word}; echo $? >&2; } | true`;
  expect(await runToEnd('sh', ['-c', script])).toMatchObject({ stderr: '0\n' });
});
