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

const GROUP = process.env['NETMETER_TEST_GROUP'];

/** The pids of these tests' machine, which has a cgroup of its own; undefined: there is none, and all that is here counts. */
function ownProcesses(): ReadonlySet<string> | undefined {
  return GROUP ? new Set(membersOf(GROUP)) : undefined;
}

const membersOf = (group: string): string[] => {
  try {
    const below = readdirSync(group, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const members = readFileSync(`${group}/cgroup.procs`, 'utf8').split('\n');
    return [...members, ...below.flatMap(({ name }) => membersOf(`${group}/${name}`))];
  } catch {
    // A run has removed it meanwhile.
    return [];
  }
};

/** Processes that stay when something goes wrong. */
function processes(): string[] {
  const own = ownProcesses();
  return lines(
    'ps',
    ['-eo', 'pid,args'],
    /guardian\/guardian\.sh|--internal-give-back|netmeter-holder|(pasta|slirp4netns) |sleep 1000\.5/,
  ).filter((line) => !line.includes('ps -eo') && (!own || own.has(line.trim().split(' ')[0] ?? '')));
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
    ...processes(),
    ...controlGroups(),
    ...readdirSync(tmpdir()).filter((name) => /resolv\.conf|^netmeter-[^-]*$/.test(name)),
    ...readFileSync('/proc/self/mounts', 'utf8')
      .split('\n')
      .filter((line) => line.includes('netmeter')),
    ...switches(),
  ];
}

/** Waits until the machine is as it was: the kernel takes links and tables down on its own time. */
export async function expectNoTraces(before: readonly string[]): Promise<void> {
  const left = () => traces().filter((trace) => !before.includes(trace));
  await expect.poll(left).toEqual([]);
}
