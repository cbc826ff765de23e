import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { program } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';
import { Machine } from './machine.js';
import { Vpn } from './vpn.js';

const NUMBER = 61;
const BYTES = 200_000;

describePrivileged('routes of other tables than the main one lead out of the namespace', () => {
  let machine: Machine;
  let vpn: Vpn;
  beforeAll(async () => {
    machine = await Machine.build(NUMBER);
    vpn = new Vpn(machine, NUMBER);
  });
  afterAll(async () => {
    await machine[Symbol.asyncDispose]();
  });
  beforeEach(() => vpn.forgetRules());

  const download = (address: string) =>
    `exec python3 ${program('traffic.py')} download ${address} ${machine.port} ${BYTES}`;

  /** What netmeter counts is what crossed. */
  async function isExact(address: string): Promise<void> {
    const before = await machine.totals();
    const { report, stderr } = await machine.measure(download(address), []);
    const after = await machine.totals();
    const crossed = (way: string) => (after[way]?.[0] ?? 0) - (before[way]?.[0] ?? 0);
    expect(report.command.exit, stderr).toEqual({ kind: 'code', code: 0 });
    expect(report.warnings).toEqual([]);
    expect(report.isolation).toMatchObject({ kind: 'veth', mtu: vpn.mtu, families: ['ipv4', 'ipv6'] });
    const { external } = report.traffic;
    expect([external.in.wireOctets, external.out.wireOctets]).toEqual([
      crossed('ipv4.in') + crossed('ipv6.in'),
      crossed('ipv4.out') + crossed('ipv6.out'),
    ]);
    expect(external.in.wireOctets).toBeGreaterThan(BYTES);
  }

  const tunnels: Readonly<Record<string, string>> = {
    'wg-quick’s: all that has not its mark, but for what the main table knows better': `
      ip -4 rule add not fwmark 51820 table 51820; ip -4 rule add table main suppress_prefixlength 0
      ip -6 rule add not fwmark 51820 table 51820; ip -6 rule add table main suppress_prefixlength 0`,
    'Tailscale’s: table 52 before the main one': `
      for family in 4 6; do
        ip -$family rule add priority 5210 fwmark 0x80000/0xff0000 table main
        ip -$family rule add priority 5230 fwmark 0x80000/0xff0000 table default
        ip -$family rule add priority 5250 fwmark 0x80000/0xff0000 type unreachable
        ip -$family rule add priority 5270 table 52
      done`,
  };

  test.each(Object.entries(tunnels))('%s', async (_, rules) => {
    const table = /table (52|51820)/.exec(rules)?.[1] ?? '';
    vpn.leadsOut(table);
    machine.shell(`ip netns exec ${machine.name} sh -euc '${rules}'`);
    await isExact(machine.far4);
    await isExact(machine.far6);
  });
});
