import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Measurement } from '../../src/measurement/measurement.js';
import { NETMETER, program, runToEnd } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';
import { Wire } from './wire.js';

describePrivileged('netmeter inside netmeter', () => {
  test.each(['ipv4', 'ipv6'] as const)('counts to the byte at both levels: %s', async (family) => {
    await using wire = await Wire.lay(33);
    const folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
    try {
      const [outer, inner] = ['outer', 'inner'].map((name) => join(folder, `${name}.json`)) as [string, string];
      // A limit is judged at both: what the inner one's namespace moved has passed the outer one's links.
      const limits = ['--max-total', '5MB'];
      const metered = (report: string) => [process.execPath, NETMETER, ...limits, '--report', report, '--'];
      const traffic = ['python3', program('traffic.py'), 'download', wire[family], `${wire.port}`, '300000'];
      const [file = '', ...words] = [...metered(outer), ...metered(inner), ...traffic];
      const before = await wire.totals();
      const { status, stderr } = await runToEnd(file, words);
      expect(status, stderr).toBe(0);
      const after = await wire.totals();
      const truth = (way: 'in' | 'out') =>
        (after[`${family}.${way}`]?.[0] ?? 0) - (before[`${family}.${way}`]?.[0] ?? 0);
      for (const report of [outer, inner]) {
        const { traffic: counted, budget } = JSON.parse(readFileSync(report, 'utf8')) as Measurement;
        const { in: received, out: sent } = counted.external;
        expect([received.wireOctets, sent.wireOctets], report).toEqual([truth('in'), truth('out')]);
        expect(budget?.verdict).toBe('within');
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
