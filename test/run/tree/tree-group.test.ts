import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { CgroupHierarchy } from '../../../src/linux/cgroup/hierarchy.js';
import { TreeGroup } from '../../../src/run/tree/tree-group.js';
import { until } from '../../wait.js';

test('a group is ready only when no earlier move of this process is under way: it would take the command along', async () => {
  const home = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
  try {
    const hierarchy = { folderOf: () => home } as Partial<CgroupHierarchy> as CgroupHierarchy;
    let settle: (isMoved: boolean) => void = () => {};
    const earlier = new Promise<boolean>((resolve) => {
      settle = resolve;
    });
    const group = TreeGroup.open(hierarchy, join(home, 'tree'), earlier);
    let isReady = false;
    const ready = group?.ready().then((usable) => {
      isReady = usable;
    });
    await until('its own move is made', () => readFileSync(join(home, 'cgroup.procs'), 'latin1') === '0');
    // A later request of the same kind is answered later.
    await access(home);
    await access(home);
    expect(isReady).toBe(false);
    settle(true);
    await ready;
    expect(isReady).toBe(true);
    group?.cgroup.close();
  } finally {
    rmSync(home, { recursive: true });
  }
});
