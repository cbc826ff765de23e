import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmdirSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CgroupHierarchy } from '../../src/linux/cgroup/hierarchy.js';
import { TCP_STATE } from '../../src/linux/ip/tcp-states.js';
import { ConnectionEnds } from '../../src/observe/connections/connection-ends.js';
import { FLAGS } from '../../src/observe/connections/end-sums.js';
import { describePrivileged } from '../privileged.js';
import { once, until } from '../wait.js';

/** Connects 400 times from each of two addresses of loopback to a third, sends 5 octets and gets 7; this side closes first. */
const CONNECT = (family: 'AF_INET' | 'AF_INET6', own: readonly string[], server: string) => `import socket, sys
input()
server = socket.socket(socket.${family}); server.bind(("${server}", 0)); server.listen()
for own in ${JSON.stringify(own)}:
    for _ in range(400):
        asking = socket.socket(socket.${family}); asking.bind((own, 0)); asking.connect(server.getsockname())
        asked, _ = server.accept()
        asking.sendall(b"ask 1"); asked.recv(5, socket.MSG_WAITALL)
        asked.sendall(b"answers"); asking.recv(7, socket.MSG_WAITALL)
        asking.close(); asked.recv(1); asked.close()
print(server.getsockname()[1], flush=True)
input()`;

type Watched = Disposable & Pick<ConnectionEnds, 'open' | 'sums' | 'lost'>;

async function summed(script: string, attach: (group: number) => Watched | undefined) {
  const group = `${CgroupHierarchy.open()?.folderOf('self')}/ends`;
  mkdirSync(group);
  const fd = openSync(group, 'r');
  const job = spawn('python3', ['-c', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const gone = once(job, 'close');
  try {
    using ends = attach(fd);
    writeFileSync(`${group}/cgroup.procs`, `${job.pid}`);
    job.stdin.write('go\n');
    const [port] = (await once(job.stdout, 'data')) as [Buffer];
    await until('the last have ended', () => ends?.open().size === 0);
    return { port: Number(port), sums: ends?.sums() ?? [], lost: ends?.lost };
  } finally {
    closeSync(fd);
    job.stdin.end('\n');
    await gone;
    rmdirSync(group);
  }
}

describePrivileged('ends of connections', () => {
  test('are summed up by remote, by who asked and by how they ended', async () => {
    const { port, sums, lost } = await summed(
      CONNECT('AF_INET', ['127.0.0.5', '127.0.0.6'], '127.0.0.7'),
      ConnectionEnds.attach,
    );
    expect(lost).toBe(0);
    const flags = FLAGS.hasData | FLAGS.acked | FLAGS.answered | FLAGS.heard;
    const client = { role: 'client', oldState: TCP_STATE.FIN_WAIT2, flags, rtt: expect.any(Number) };
    const server = { role: 'server', oldState: TCP_STATE.LAST_ACK, flags, rtt: expect.any(Number) };
    const byAddress = [...sums].sort((one, other) => one.remote.address.localeCompare(other.remote.address));
    // Whose FIN came before the end is an octet more; of who has asked, SYN and FIN are.
    expect(byAddress).toEqual([
      ...['127.0.0.5', '127.0.0.6'].map((address) => ({
        ...{ ...server, remote: { address, port } },
        ...{ count: 400, bytesReceived: 400 * 6, bytesSent: 400 * 8 },
      })),
      {
        ...{ ...client, remote: { address: '127.0.0.7', port } },
        ...{ count: 800, bytesReceived: expect.any(Number), bytesSent: 800 * 7 },
      },
    ]);
  });

  test('of one’s own address are none; what finds no room is counted', async () => {
    const own = await summed(CONNECT('AF_INET6', ['::1'], '::1'), ConnectionEnds.attach);
    expect(own).toMatchObject({ sums: [], lost: 0 });
    const { sums, lost } = await summed(CONNECT('AF_INET', ['127.0.0.5', '127.0.0.6'], '127.0.0.7'), (group) =>
      ConnectionEnds.attach(group, 1),
    );
    const [only] = sums;
    expect(sums).toHaveLength(1);
    expect((only?.count ?? 0) + (lost ?? 0)).toBe(1600);
  });
});
