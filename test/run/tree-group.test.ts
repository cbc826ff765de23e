import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { CgroupHierarchy } from '../../src/linux/cgroup/hierarchy.js';
import { TreeGroup } from '../../src/run/tree-group.js';

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
    for (let turn = 0; turn < 50; turn++) await setImmediate();
    expect(isReady).toBe(false);
    settle(true);
    await ready;
    expect(isReady).toBe(true);
    group?.cgroup.close();
  } finally {
    rmSync(home, { recursive: true });
  }
});
