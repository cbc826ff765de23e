import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { SocketSamples } from '../../src/evidence/socket-samples.js';
import { VethScope } from '../../src/isolation/veth-scope.js';
import { program } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';
import { Wire } from './wire.js';

describePrivileged('without a trace, connections are looked at now and then', () => {
  test('the processes that hold them are told, and what they moved by then', async () => {
    await using wire = await Wire.lay(8);
    await using scope = await VethScope.open();
    const samples = SocketSamples.open({
      administer: scope.administer(),
      processes: () => scope.processes(),
      isShared: false,
    });
    if ('missing' in samples) throw new Error(samples.missing);
    const script = `python3 ${program('payload.py')} held ${wire.ipv4} ${wire.port} 5000; true`;
    const [file = '', ...words] = [...scope.enter([]), 'sh', '-c', script];
    const child = spawn(file, words, { stdio: ['pipe', 'pipe', 'inherit'] });
    samples.commandStarted(child.pid ?? 0);
    await once(child.stdout, 'data');
    await samples.sample();
    child.stdin.end('go\n');
    await once(child, 'exit');
    await samples.sample();
    const told = await samples.finish();
    if (told.evidence === 'none') throw new Error(told.reason);
    const moved = { in: 0, out: 5000 + 'put 5000\n'.length };
    expect(told).toMatchObject({
      evidence: 'sampled',
      lostEvents: null,
      idleProcesses: null,
      payload: { external: moved },
      unowned: { external: { in: 0, out: 0 } },
      remotes: [{ address: wire.ipv4, port: wire.port, side: null, ...moved }],
    });
    expect(told.processes).toMatchObject([
      { pid: child.pid, depth: 0, commandLine: ['sh', '-c', script], payload: { external: { in: 0, out: 0 } } },
      { parent: child.pid, depth: 1, name: 'python3', payload: { external: moved }, tcpConnects: null, endedMs: null },
    ]);
  });
});
