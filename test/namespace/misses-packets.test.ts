import { afterEach, beforeEach, expect, test } from 'vitest';
import { Cgroup } from '../../src/linux/cgroup/cgroup.js';
import { CgroupHierarchy } from '../../src/linux/cgroup/hierarchy.js';
import { CgroupMeter } from '../../src/observe/meter/cgroup-meter.js';
import { describePrivileged } from '../privileged.js';

describePrivileged('what the programs for packets without a socket have missed', () => {
  let group: Cgroup;
  beforeEach(() => {
    using hierarchy = CgroupHierarchy.open();
    group = Cgroup.make(`${hierarchy?.folderOf('self')}/netmeter-test-${process.pid}`);
  });
  afterEach(() => group[Symbol.asyncDispose]());

  test.each([0, 3])('is in the bound: %i', (missed) => {
    using meter = CgroupMeter.attach(group.fd, { mtus: new Map() });
    meter.watchOrphans(() => ({ missed, [Symbol.dispose]: () => {} }));
    expect(meter.connections.unseen).toBe(missed);
  });
});
