import { expect, test } from 'vitest';
import { waitForQuiet } from '../../src/run/wait-for-quiet.js';
import { milliseconds } from '../../src/units.js';

const FOREVER = milliseconds(60_000);
/** One connection of the tree's, in a state of <net/tcp_states.h>. */
const line = (state: string) =>
  `   0: 0100007F:1F90 020A0AC0:0050 ${state} 00000000:00000000 00:00000000 00000000 0 0 0 1`;

/** What is asked for, in its order; the octets move with each reading up to the last one, and the list is another each time. */
function asked(octets: readonly number[], lists: readonly string[]) {
  const calls: string[] = [];
  const next = <T>(from: readonly T[], index: number) => from[Math.min(index, from.length - 1)] as T;
  const files = {
    read: (file: string) => {
      calls.push(file);
      return file === 'tcp' ? next(lists, calls.filter((each) => each === 'tcp').length - 1) : '';
    },
  };
  const tree = {
    read: () => {
      calls.push('octets');
      const wireOctets = BigInt(next(octets, calls.filter((each) => each === 'octets').length - 1));
      return [{ class: 'external', family: 'ipv4', protocol: 'tcp', way: 'in', count: { wireOctets } }];
    },
    connections: { opened: 1, knows: () => true },
  };
  return { calls, files: files as never, tree: tree as never };
}

test('connections are not listed before nothing moves any more', async () => {
  const { calls, files, tree } = asked([10, 20, 30, 40], ['']);
  expect(await waitForQuiet(files, { atMost: FOREVER, killed: false, tree })).toMatchObject({ stillOpen: 0 });
  expect(calls.slice(0, 4)).toEqual(['octets', 'octets', 'octets', 'octets']);
  expect(calls.filter((each) => each === 'tcp')).toHaveLength(1);
});

test('while one is open they are listed again and again', async () => {
  const { calls, files, tree } = asked([10], [line('05'), line('05'), line('06')]);
  expect(await waitForQuiet(files, { atMost: FOREVER, killed: false, tree })).toMatchObject({ stillOpen: 0 });
  expect(calls.filter((each) => each === 'tcp')).toHaveLength(3);
});

test('when the time is over, those that are open are said', async () => {
  const { files, tree } = asked([10, 20, 30], [line('04')]);
  expect(await waitForQuiet(files, { atMost: milliseconds(0), killed: true, tree })).toMatchObject({ stillOpen: 1 });
});
