import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SocketSamples } from '../../src/evidence/socket-samples.js';
import { openVeth } from '../../src/isolation/veth/open-veth.js';
import type { Measurement } from '../../src/measurement/measurement.js';
import { NETMETER, program, runToEnd } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';
import { once } from '../wait.js';
import { Wire } from './wire.js';

/** The number of bpf(2): asm/unistd.h of x86-64, and the one that most others share. */
const BPF = process.arch === 'x64' ? '321' : '280';

describePrivileged('where the kernel does not count, connections are looked at now and then', () => {
  test('the processes that hold them are reported, and what they moved by then', async () => {
    await using wire = await Wire.lay(8);
    await using scope = await openVeth();
    const diag = await scope.sockDiag();
    if (!diag) throw new Error('the kernel lists no sockets');
    using samples = new SocketSamples({ diag, processes: () => scope.processes(), isShared: false });
    const script = `python3 ${program('payload.py')} held ${wire.ipv4} ${wire.port} 5000; true`;
    const child = scope.start(undefined, () => spawn('sh', ['-c', script], { stdio: ['pipe', 'pipe', 'inherit'] }));
    samples.commandStarted(child.pid ?? 0);
    await once(child.stdout, 'data');
    samples.sample();
    child.stdin.end('go\n');
    await once(child, 'exit');
    samples.sample();
    const reported = samples.finish();
    if (reported.evidence === 'none') throw new Error(reported.reason);
    const moved = { in: 0, out: 5000 + 'put 5000\n'.length };
    expect(reported).toMatchObject({
      evidence: 'sampled',
      lostEvents: null,
      idleProcesses: null,
      payload: { external: moved },
      unowned: { external: { in: 0, out: 0 } },
      remotes: [{ address: wire.ipv4, port: wire.port, side: null, ...moved }],
    });
    expect(reported.processes).toMatchObject([
      { pid: child.pid, depth: 0, commandLine: ['sh', '-c', script], payload: { external: { in: 0, out: 0 } } },
      { parent: child.pid, depth: 1, name: 'python3', payload: { external: moved }, tcpConnects: null, endedMs: null },
    ]);
  });

  /** Runs netmeter where the kernel refuses bpf(2), as a container's does. */
  async function withoutBpf(words: readonly string[]) {
    const folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
    const report = join(folder, 'report.json');
    try {
      const netmeter = [process.execPath, NETMETER, '--report', report, '--by', 'process', ...words];
      const ended = await runToEnd('python3', [program('without-syscall.py'), BPF, ...netmeter]);
      return { ...ended, report: JSON.parse(readFileSync(report, 'utf8')) as Measurement };
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
  const held = (wire: Wire) => [
    'sh',
    '-c',
    // Time: sampling sees what lasts.
    `sent=$(mktemp -u); (until [ -e $sent ]; do sleep 0.05; done; sleep 2; rm $sent; echo go) |
      python3 ${program('payload.py')} held ${wire.ipv4} ${wire.port} 5000 | while read line; do touch $sent; done`,
  ];

  test('a kernel that refuses: the report says that it was sampled, and what that misses', async () => {
    await using wire = await Wire.lay(8);
    const { report, stderr } = await withoutBpf(['--', ...held(wire)]);
    const { processes } = report;
    expect(processes, stderr).toMatchObject({ evidence: 'sampled', lostEvents: null });
    if (processes?.evidence !== 'sampled') throw new Error('not sampled');
    expect(processes.payload.external.out).toBe(5000 + 'put 5000\n'.length);
    expect(processes.blindTo.join()).toContain('between two looks');
    const { wireOctets, payloadOctets, overheadOctets, unattributedOctets } = processes.balance.out;
    expect(payloadOctets + (overheadOctets ?? 0) + (unattributedOctets ?? 0)).toBe(wireOctets);
    expect(stderr).toContain('sampled');
  });
});
