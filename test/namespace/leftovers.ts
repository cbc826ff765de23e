import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect } from 'vitest';
import { CgroupHierarchy } from '../../src/linux/cgroup/hierarchy.js';
import { Nftables } from '../../src/linux/netlink/netfilter/nftables.js';

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

const membersOf = (group: string): string[] => {
  try {
    const below = readdirSync(group, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const members = readFileSync(`${group}/cgroup.procs`, 'utf8').split('\n');
    return [...members.filter((pid) => pid !== ''), ...below.flatMap(({ name }) => membersOf(`${group}/${name}`))];
  } catch {
    // A run has removed it meanwhile.
    return [];
  }
};

const commandLineOf = (pid: string): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    // It has ended meanwhile.
    return '';
  }
};

/** Processes that stay when something goes wrong; where these tests' machine has no cgroup of its own, all that are here count. */
const processes = (): string[] =>
  (GROUP ? membersOf(GROUP) : readdirSync('/proc').filter((name) => /^\d+$/.test(name)))
    .map((pid) => `${pid} ${commandLineOf(pid)}`)
    .filter((line) =>
      /(guardian|isolation\/scripts)\/[\w-]+\.sh|--internal-give-back|(pasta|slirp4netns) |sleep 1000\.5/.test(line),
    );

const links = () => readFileSync('/proc/net/dev', 'utf8').match(/\bnm\d\w*(?=:)/g) ?? [];

function tables(): string[] {
  using nftables = Nftables.open();
  return nftables.tables().flatMap(({ family, table }) => (table.includes('netmeter') ? [`${family} ${table}`] : []));
}

/** Control groups of runs' trees. */
function controlGroups(): string[] {
  const home = CgroupHierarchy.open()?.folderOf('self');
  return home === undefined ? [] : readdirSync(home).filter((name) => /^netmeter-\d/.test(name));
}

/** Everything of this machine that a run could leave behind. */
export function traces(): string[] {
  return [
    ...links(),
    ...tables(),
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
