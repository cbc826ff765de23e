import { openSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { isPopulated, parseCpuStat, parsePids } from '../../../src/linux/cgroup/cgroup-files.js';
import { cgroupFolder, cgroupPath, findCgroupMount, legacyPoints } from '../../../src/linux/cgroup/find-folder.js';
import { CgroupHierarchy } from '../../../src/linux/cgroup/hierarchy.js';

const UNIFIED = '26 23 0:22 / /sys/fs/cgroup rw,nosuid,nodev shared:9 - cgroup2 cgroup2 rw,nsdelegate\n';
const HYBRID = [
  '31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755',
  '40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,name=systemd',
  '41 31 0:38 / /sys/fs/cgroup/unified rw,relatime shared:1 master:2 - cgroup2 cgroup2 rw',
].join('\n');

describe('the unified hierarchy is found', () => {
  test.each([
    ['alone', UNIFIED, '/sys/fs/cgroup'],
    ['beside version 1', HYBRID, '/sys/fs/cgroup/unified'],
    ['at a path with a space', '1 2 0:3 / /mnt/a\\040b rw - cgroup2 none rw', '/mnt/a b'],
  ])('%s', (_, text, point) => {
    expect(findCgroupMount(text)).toEqual({ point, root: '/' });
  });

  test('or not', () => {
    expect(findCgroupMount('31 23 0:28 / /sys/fs/cgroup rw - cgroup cgroup rw,cpu\n')).toBeUndefined();
  });
});

describe('the folder of a group', () => {
  const whole = { point: '/sys/fs/cgroup', root: '/' };
  const bound = { point: '/sys/fs/cgroup', root: '/docker/abc' };
  test.each([
    [whole, '0::/\n', '/sys/fs/cgroup'],
    [whole, '0::/user.slice/session-3.scope\n', '/sys/fs/cgroup/user.slice/session-3.scope'],
    [whole, '9:name=systemd:/x\n0::/y\n', '/sys/fs/cgroup/y'],
    [bound, '0::/docker/abc\n', '/sys/fs/cgroup'],
    [bound, '0::/docker/abc/inner\n', '/sys/fs/cgroup/inner'],
    [bound, '0::/docker/abcd\n', undefined],
    [whole, '0::/../other\n', undefined],
    [whole, '0::/gone (deleted)\n', undefined],
    [whole, '9:name=systemd:/x\n', undefined],
  ])('%j %j: %s', (mount, text, folder) => {
    expect(cgroupFolder(mount, text)).toBe(folder);
  });
});

test('what is mounted of version 1', () => {
  expect(legacyPoints(HYBRID)).toEqual(['/sys/fs/cgroup/systemd']);
  expect(legacyPoints(UNIFIED)).toEqual([]);
});

test.each([
  [{ point: '/sys/fs/cgroup', root: '/' }, '/'],
  [{ point: '/sys/fs/cgroup', root: '/' }, '/system.slice/a.service'],
  [{ point: '/mnt', root: '/docker/abc' }, '/docker/abc'],
  [{ point: '/mnt', root: '/docker/abc' }, '/docker/abc/inner'],
])('%j %s: a folder leads back to its path', (mount, path) => {
  expect(cgroupPath(mount, cgroupFolder(mount, `0::${path}`) ?? '')).toBe(path);
});

describe('the hierarchy', () => {
  const source = (files: Record<string, string>, mount: () => number) => ({
    text: (file: string) => {
      const text = files[file];
      if (text === undefined) throw new Error('ENOENT');
      return text;
    },
    exists: (file: string) => file in files,
    mount,
  });
  const seen = { '/proc/self/mountinfo': UNIFIED, '/proc/self/cgroup': '0::/x\n' };
  const refuse = () => {
    throw new Error('EPERM');
  };

  test('is seen by its mount', () => {
    using hierarchy = CgroupHierarchy.open(source({ ...seen, '/sys/fs/cgroup/cgroup.procs': '' }, refuse));
    expect(hierarchy?.folderOf('self')).toBe('/sys/fs/cgroup/x');
    expect(hierarchy?.folderOf(7)).toBeUndefined();
  });

  test('by a mount of its own, where another covers that', () => {
    const descriptor = openSync('/proc/self', 'r');
    using hierarchy = CgroupHierarchy.open(source(seen, () => descriptor));
    expect(hierarchy?.folderOf('self')).toBe(`/proc/${process.pid}/fd/${descriptor}/x`);
  });

  test('or not at all', () => {
    expect(CgroupHierarchy.open(source(seen, refuse))).toBeUndefined();
    expect(CgroupHierarchy.open(source({}, refuse))).toBeUndefined();
  });
});

describe('the files of a group', () => {
  test('cgroup.events', () => {
    expect([isPopulated('populated 1\nfrozen 0\n'), isPopulated('populated 0\nfrozen 1\n')]).toEqual([true, false]);
  });

  test('cgroup.procs, without those of other pid namespaces', () => {
    expect(parsePids('12\n0\n34\n')).toEqual([12, 34]);
    expect(parsePids('')).toEqual([]);
  });

  test('cpu.stat', () => {
    expect(parseCpuStat('usage_usec 3500\nuser_usec 1500\nsystem_usec 2000\n')).toEqual({ userMs: 1.5, systemMs: 2 });
    expect(parseCpuStat('')).toBeUndefined();
  });
});
