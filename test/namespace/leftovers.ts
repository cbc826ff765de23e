import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect } from 'vitest';
import { CgroupHierarchy } from '../../src/linux/cgroup/hierarchy.js';

const lines = (file: string, words: readonly string[], pattern: RegExp) =>
  spawnSync(file, words, { encoding: 'utf8' })
    .stdout.split('\n')
    .filter((line) => pattern.test(line));

/** Sysctls that a run may switch on. */
function switches(): string[] {
  return ['ipv4', 'ipv6'].flatMap((family) =>
    readdirSync(`/proc/sys/net/${family}/conf`)
      .filter((device) => !/^(nm|wire)\d/.test(device))
      .flatMap((device) =>
        ['forwarding', 'force_forwarding'].flatMap((key) => {
          const file = `/proc/sys/net/${family}/conf/${device}/${key}`;
          try {
            return [`${file} ${readFileSync(file, 'utf8').trim()}`];
          } catch {
            return [];
          }
        }),
      ),
  );
}

/** The kernel's trace instances of runs, where tracefs may be mounted. */
function traceInstances(): string[] {
  const script = 'mount -t tracefs tracefs /sys && ls /sys/instances';
  return lines('unshare', ['--mount', 'sh', '-c', script], /^netmeter-/);
}

/** Control groups of runs' trees. */
function controlGroups(): string[] {
  const home = CgroupHierarchy.open()?.folderOf('self');
  return home === undefined ? [] : readdirSync(home).filter((name) => /^netmeter-\d/.test(name));
}

/** Everything of this machine that a run could leave behind. */
export function traces(): string[] {
  return [
    ...lines('ip', ['-o', 'link'], /: nm\d/),
    ...lines('nft', ['list', 'tables'], /netmeter/),
    ...lines(
      'ps',
      ['-eo', 'pid,args'],
      /netmeter-(guardian|holder)|(pasta|slirp4netns) |ss -tineEHO|sleep 1000\.5/,
    ).filter((line) => !line.includes('ps -eo')),
    ...traceInstances(),
    ...controlGroups(),
    ...readdirSync(tmpdir()).filter((name) => /resolv\.conf|^netmeter-[^-]*$/.test(name)),
    ...readFileSync('/proc/self/mounts', 'utf8')
      .split('\n')
      .filter((line) => line.includes('netmeter')),
    ...switches(),
  ];
}

/** Waits until the machine is as it was: the kernel takes links and tables down on its own time. */
export async function expectNoTraces(before: readonly string[], withinMs = 1000): Promise<void> {
  const left = () => traces().filter((trace) => !before.includes(trace));
  await expect.poll(left, { timeout: withinMs, interval: 50 }).toEqual([]);
}
