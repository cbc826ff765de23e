import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmdirSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CgroupHierarchy } from '../../src/linux/cgroup/hierarchy.js';
import { ConnectionEnds } from '../../src/observe/connections/connection-ends.js';
import { describePrivileged } from '../privileged.js';
import { once, until } from '../wait.js';

/** Makes 400 connections to itself. */
const CONNECT = `import socket
input()
server = socket.create_server(("127.0.0.1", 0))
for _ in range(400):
    socket.create_connection(server.getsockname()).close(); server.accept()[0].close()
print("made", flush=True)
input()`;

/** Some 580 records. */
const ROOM = 65_536;

describePrivileged('ends of connections', () => {
  test('wake the reader when a quarter of their room is taken, and the rest is there to be asked for', async () => {
    const group = `${CgroupHierarchy.open()?.folderOf('self')}/ends`;
    mkdirSync(group);
    const fd = openSync(group, 'r');
    const job = spawn('python3', ['-c', CONNECT], { stdio: ['pipe', 'pipe', 'inherit'] });
    const gone = once(job, 'close');
    try {
      let taken = 0;
      using ends = ConnectionEnds.attach(fd, () => taken++, ROOM);
      writeFileSync(`${group}/cgroup.procs`, `${job.pid}`);
      job.stdin.write('go\n');
      await once(job.stdout, 'data');
      // Both ends of each are the group's.
      await until('it was woken', () => taken > 0);
      ends?.drain();
      await until('the last have ended', () => (ends?.open().size ?? 0) === 0);
      ends?.drain();
      expect(taken + (ends?.lost ?? 0)).toBe(800);
    } finally {
      closeSync(fd);
      job.stdin.end('\n');
      await gone;
      rmdirSync(group);
    }
  });
});
