import { expect, test } from 'vitest';
import { measured, program } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';
import { expectNoTraces, traces } from './leftovers.js';
import { Wire } from './wire.js';

const RUNS = 50;

describePrivileged('runs do not know of each other', () => {
  test(`${RUNS} at once count their own bytes and no others`, async () => {
    const before = traces();
    {
      await using wire = await Wire.lay(3);
      const wireBefore = await wire.totals();
      const runs = Array.from({ length: RUNS }, async (_, index) => {
        // Datagrams are neither repeated nor acknowledged: each run's number is known before.
        const count = 10 + index;
        const { report } = await measured([
          'python3',
          program('traffic.py'),
          'udp',
          wire.ipv4,
          `${wire.port}`,
          `${count}`,
        ]);
        return { count, report };
      });
      const ended = await Promise.all(runs);
      for (const { count, report } of ended) {
        expect(report.command.exit).toEqual({ kind: 'code', code: 0 });
        expect(report.traffic.external.out).toMatchObject({ wireOctets: count * 1028, packets: count });
        expect(report.traffic.external.in.wireOctets).toBe(0);
      }
      const total = ended.reduce((sum, { report }) => sum + (report.traffic.external.out.wireOctets ?? 0), 0);
      expect((await wire.totals())['ipv4.out'][0] - wireBefore['ipv4.out'][0]).toBe(total);
    }
    await expectNoTraces(before);
  });

  test('a noisy process on the host adds nothing', async () => {
    await using wire = await Wire.lay(3);
    const noise = Array.from({ length: 3 }, () =>
      measured(['python3', program('traffic.py'), 'download', wire.ipv4, `${wire.port}`, '5000000']),
    );
    const { report } = await measured(['sleep', '1']);
    await Promise.all(noise);
    expect(report.traffic.external.in.wireOctets).toBe(0);
    expect(report.traffic.external.out.wireOctets).toBe(0);
  });
});
