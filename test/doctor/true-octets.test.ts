import { expect, test } from 'vitest';
import { trueOctets, type WireCounters } from '../../src/doctor/true-octets.js';

type Ends = {
  rx: [bytes: number, packets: number, drop?: number];
  tx: [bytes: number, packets: number, drop?: number];
};

const dev = (device: string, { rx, tx }: Ends) => `Inter-|   Receive                |  Transmit
 face |bytes packets errs drop|bytes packets errs drop
${device}: ${rx[0]} ${rx[1]} 0 ${rx[2] ?? 0} ${tx[0]} ${tx[1]} 0 ${tx[2] ?? 0}
`;

const wire = (far: Ends, nearDrops = 0): WireCounters => ({
  far: { device: 'far0', text: dev('far0', far) },
  near: { device: 'doctor0', text: dev('doctor0', { rx: [1, 1], tx: [1, 1, nearDrops] }) },
});

const before = wire({ rx: [1000, 10], tx: [2000, 20] });

test('what the far end sent came in, what it received went out, without Ethernet headers', () => {
  const after = wire({ rx: [1000 + 3 * (14 + 52), 13], tx: [2000 + 2 * (14 + 1500), 22] });
  expect(trueOctets(before, after)).toEqual({ in: 3000, out: 156 });
});

test.each([
  ['the far end', wire({ rx: [9000, 19, 1], tx: [9000, 29] })],
  ['this end', wire({ rx: [9000, 19], tx: [9000, 29] }, 1)],
])('with a frame dropped at %s nothing is proved', (_, after) => {
  expect(trueOctets(before, after)).toBeUndefined();
});

test('a device that has gone is an error, not 0', () => {
  const after = { ...before, far: { device: 'other0', text: before.far.text } };
  expect(() => trueOctets(before, after)).toThrow('other0');
});
