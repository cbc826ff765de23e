import { expect, test } from 'vitest';
import { measured, netmeter, program } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';
import { Wire } from './wire.js';

describePrivileged('what outlives the command', () => {
  const after = (what: string, wire: Wire) =>
    `(setsid sh -c "${what}; exec python3 ${program('traffic.py')} udp ${wire.ipv4} ${wire.port} 20" >/dev/null 2>&1 &)`;

  test('is waited for, and counted', async () => {
    await using wire = await Wire.lay(4);
    const { report } = await measured(['sh', '-c', after('while kill -0 $$ 2>/dev/null; do sleep 0.02; done', wire)]);
    expect(report.traffic.external.out.wireOctets).toBe(20 * 1028);
  });

  test('is ended with --wait command', async () => {
    await using wire = await Wire.lay(4);
    const { report } = await measured(['sh', '-c', after('sleep 1000', wire)], ['--wait', 'command', '--grace', '1s']);
    expect(report.traffic.external.out.wireOctets).toBe(0);
  });

  test('is killed after the grace when it ignores SIGTERM', async () => {
    const ended = await netmeter([
      '-q',
      '--wait',
      'command',
      '--grace',
      '100ms',
      '--',
      'sh',
      '-c',
      `sh -c 'trap "" TERM; while :; do sleep 0.1; done' >/dev/null 2>&1 & until grep -q "SigIgn.*[4-7c-f]...$" /proc/$!/status; do sleep 0.02; done`,
    ]);
    expect(ended.status).toBe(0);
  });
});
