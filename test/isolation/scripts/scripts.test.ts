import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { OFFLINE_GUARDIAN_SCRIPT, OFFLINE_HOLDER_SCRIPT } from '../../../src/isolation/offline/offline-script.js';
import { JOIN_HOLDER_SCRIPT } from '../../../src/isolation/shared/join-holder.js';
import { TREE_GUARDIAN_SCRIPT } from '../../../src/isolation/shared/tree-guardian-script.js';
import { USER_GUARDIAN_SCRIPT } from '../../../src/isolation/user-mode/user-guardian-script.js';
import { USER_HOLDER_SCRIPT } from '../../../src/isolation/user-mode/user-holder-script.js';
import { GUARDIAN_SCRIPT } from '../../../src/isolation/veth/giving-back/guardian-script.js';

test.each([
  ['guardian', GUARDIAN_SCRIPT],
  ['guardian of offline', OFFLINE_GUARDIAN_SCRIPT],
  ['holder of offline', OFFLINE_HOLDER_SCRIPT],
  ['guardian of user-mode', USER_GUARDIAN_SCRIPT],
  ['holder of user-mode', USER_HOLDER_SCRIPT],
  ['guardian of a tree', TREE_GUARDIAN_SCRIPT],
  ['holder of a joined namespace', JOIN_HOLDER_SCRIPT],
])('the %s’s script is a shell’s', (_, script) => {
  expect(spawnSync('sh', ['-n'], { input: script, encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
});
