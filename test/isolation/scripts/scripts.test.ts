import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { OFFLINE_HOLDER_SCRIPT } from '../../../src/isolation/offline/offline-script.js';
import { JOIN_HOLDER_SCRIPT } from '../../../src/isolation/shared/join-holder.js';
import { USER_HOLDER_SCRIPT } from '../../../src/isolation/user-mode/user-holder-script.js';

test.each([
  ['offline', OFFLINE_HOLDER_SCRIPT],
  ['user-mode', USER_HOLDER_SCRIPT],
  ['a joined namespace', JOIN_HOLDER_SCRIPT],
])('the script of the holder of %s is a shell’s', (_, script) => {
  expect(spawnSync('sh', ['-n'], { input: script, encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
});
