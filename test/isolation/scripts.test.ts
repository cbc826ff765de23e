import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { GUARDIAN_SCRIPT } from '../../src/isolation/guardian-script.js';
import { HOLDER_SCRIPT } from '../../src/isolation/holder-script.js';

test.each([
  ['guardian', GUARDIAN_SCRIPT],
  ['holder', HOLDER_SCRIPT],
])('the %s’s script is a shell’s', (_, script) => {
  expect(spawnSync('sh', ['-n'], { input: script, encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
});
