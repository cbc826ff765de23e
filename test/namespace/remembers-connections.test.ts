import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmdirSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { BpfLink } from '../../src/linux/bpf/bpf-link.js';
import { BpfProgram } from '../../src/linux/bpf/bpf-program.js';
import { BpfMap } from '../../src/linux/bpf/maps/bpf-map.js';
import { CgroupHierarchy } from '../../src/linux/cgroup/hierarchy.js';
import { Closing } from '../../src/linux/closing.js';
import { END_PLANS } from '../../src/observe/connections/connection-ends.js';
import { decodeEnd } from '../../src/observe/connections/end-sums.js';
import { OPEN_PLANS, readOpen } from '../../src/observe/connections/open-connections.js';
import { sumEnds } from '../../src/observe/connections/sum-ends.js';
import { describePrivileged } from '../privileged.js';
import { once, until } from '../wait.js';

/** Keeps three connections open until it is asked to close them. */
const CONNECT = `import socket
input()
server = socket.create_server(("127.0.0.7", 0))
links = [(socket.create_connection(server.getsockname(), 9, ("127.0.0.5", 0)), server.accept()[0]) for _ in range(3)]
print("open", flush=True)
input()
for asking, asked in links: asking.close(); asked.recv(1); asked.close()
input()`;

const ONLY = Buffer.alloc(4);
/** What has each place of the array is older than all that follow. */
const TAKEN = Buffer.alloc(OPEN_PLANS.open.valueSize, 0xff);

describePrivileged('open connections', () => {
  test.each([
    ['a place of their own', 0, Buffer.alloc(OPEN_PLANS.open.valueSize)],
    ['a place where an older socket has theirs', 6, TAKEN],
  ])('are remembered until they end, with %s', async (_, inHash, places) => {
    const group = `${CgroupHierarchy.open()?.folderOf('self')}/open`;
    mkdirSync(group);
    const fd = openSync(group, 'r');
    const job = spawn('python3', ['-c', CONNECT], { stdio: ['pipe', 'pipe', 'inherit'] });
    const gone = once(job, 'close');
    try {
      using closing = new Closing();
      const create = (name: keyof typeof END_PLANS) => closing.add(BpfMap.create(END_PLANS[name]));
      const maps = { open: create('open'), more: create('more'), sums: create('sums'), lost: create('lost') };
      maps.open.update(ONLY, places);
      using program = BpfProgram.load({ type: 'sockOps', name: 'nm_test', attachment: 'sockOps', code: sumEnds(maps) });
      closing.add(BpfLink.toCgroup(program, fd));
      const before = readOpen(maps).size;
      writeFileSync(`${group}/cgroup.procs`, `${job.pid}`);
      job.stdin.write('go\n');
      await once(job.stdout, 'data');
      const roles = [...readOpen(maps).values()].slice(-6).sort();
      expect(roles).toEqual(['client', 'client', 'client', 'server', 'server', 'server']);
      expect(readOpen(maps).size).toBe(before + 6);
      expect([...maps.more.keys()]).toHaveLength(inHash);
      job.stdin.write('go\n');
      await until('they have ended', () => readOpen(maps).size === before);
      expect([...maps.more.keys()]).toHaveLength(0);
      expect(maps.open.lookup(ONLY)?.equals(places)).toBe(true);
      const counts = [...maps.sums.keys()].map((key) => decodeEnd(key, maps.sums.lookup(key) ?? ONLY).count);
      expect(counts).toEqual([3, 3]);
    } finally {
      closeSync(fd);
      job.stdin.end('\n');
      await gone;
      rmdirSync(group);
    }
  });
});
