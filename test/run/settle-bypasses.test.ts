import { expect, test } from 'vitest';
import type { SocketCounts } from '../../src/attribution/remotes/socket-counts.js';
import type { Bypass } from '../../src/measurement/remotes.js';
import type { Traffic } from '../../src/measurement/traffic.js';
import type { MeteredRemote } from '../../src/observe/meter/remotes/remote-layout.js';
import { settleBypasses } from '../../src/run/settle-bypasses.js';

type Counted = Parameters<typeof settleBypasses>[1];

const made: Bypass = {
  ...{ kind: 'child-namespace', what: 'net:[4026532000]', service: null, leadsOut: true },
  ...{ pid: 7, name: 'curl', firstSeenMs: null as never },
};
const own: Bypass = { ...made, what: "net:[4026531840], netmeter's own" };
const left: Bypass = { ...made, kind: 'left-cgroup' };

/** What the links carried, and what a nested socket exchanged with one remote. */
function counted(carried: number, nested: number, inside: readonly string[] = []): Counted {
  const layers = (wireOctets: number) => ({ wireOctets });
  const external = { in: layers(carried), out: layers(0), ipv4: { in: layers(carried), out: layers(0) } };
  const remote = {
    ...{ class: 'inner', family: 'ipv4', address: '192.0.2.7', protocol: 6, port: 80, role: 'client' },
    ...{ in: { octets: nested, payload: 0 }, out: { octets: 0, payload: 0 } },
  } as Partial<MeteredRemote> as MeteredRemote;
  const sockets: SocketCounts = { remotes: [remote], totals: [], inside };
  return { traffic: { external } as unknown as Traffic, sockets };
}

test('a namespace whose packets have all passed the links leads to no other network', async () => {
  expect(await settleBypasses([made, own, left], counted(500, 500))).toEqual([{ ...made, leadsOut: false }, own, left]);
});

test.each([
  ['more than the links carried', counted(400, 500)],
  ['less than the links carried', counted(600, 500)],
  ['what nobody has counted', { ...counted(500, 500), sockets: undefined }],
])('one that exchanged %s may lead anywhere', async (_, evidence) => {
  expect(await settleBypasses([made], evidence)).toEqual([made]);
});

test('what namespaces exchange with each other has not left', async () => {
  expect(await settleBypasses([made], counted(0, 500, ['192.0.2.7']))).toEqual([{ ...made, leadsOut: false }]);
});

test('without a namespace there is nothing to settle', async () => {
  expect(await settleBypasses([left], counted(1, 2))).toEqual([left]);
  expect(await settleBypasses(null, counted(1, 2))).toBeNull();
});
