import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Cgroup } from '../../src/linux/cgroup/cgroup.js';
import { CgroupHierarchy } from '../../src/linux/cgroup/hierarchy.js';
import type { Measurement } from '../../src/measurement/measurement.js';
import { measured, NETMETER, program, runToEnd } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';
import { Wire } from './wire.js';

const traffic = (mode: string, address: string, count: number) =>
  `python3 ${program('traffic.py')} ${mode} ${address} 7000 ${count}`;

/** Runs $1 in a namespace behind a veth pair of the command's own, whose address it translates. 192.168.77.1 is this end. */
const NESTED = `
unshare -n sleep 300 & inner=$!
while [ "$(readlink /proc/$inner/ns/net)" = "$(readlink /proc/self/ns/net)" ]; do sleep 0.01; done
ip link add out type veth peer name in netns $inner
ip addr add 192.168.77.1/24 dev out; ip link set out up
nsenter -t $inner -n sh -c 'ip link set lo up; ip addr add 192.168.77.2/24 dev in; ip link set in up; ip route add default via 192.168.77.1'
echo 1 > /proc/sys/net/ipv4/ip_forward
nft 'add table ip nest; add chain ip nest p { type nat hook postrouting priority 100; }; add rule ip nest p ip saddr 192.168.77.0/24 masquerade'
status=0; nsenter -t $inner -n sh -euc "$1" || status=$?
kill $inner; exit $status`;

/** Serves once, at the outer end, and says who asks when it does. */
const WITHIN = `python3 -c 'import socket
server = socket.create_server(("192.168.77.1", 7500)); open("READY", "w").close()
link = server.accept()[0]; link.recv(100); link.sendall(b"w" * 400_000); link.close()' & `;
const ASK = `python3 -c 'import os, socket, time
while not os.path.exists("READY"): time.sleep(0.01)
link = socket.create_connection(("192.168.77.1", 7500)); link.sendall(b"ask")
while link.recv(65536): pass'`;

describePrivileged('remotes of a command with a namespace of its own', () => {
  let wire: Wire;
  beforeAll(async () => {
    wire = await Wire.lay(23);
  });
  afterAll(async () => {
    await wire?.[Symbol.asyncDispose]();
  });

  const rowOf = ({ remotes }: Measurement, address: string, port: number) =>
    remotes?.rows.find((row) => row.address === address && row.port === port);

  /** What was sent twice is payload, too: on a busy machine that is more than a tenth of it. */
  const atLeast = (payload: number) => expect.toSatisfy((octets: number) => octets >= payload && octets < 2 * payload);

  /** Rows, others and the rest must be what the wire carried, to the octet. */
  function expectSum({ remotes, traffic: { external } }: Measurement): void {
    for (const way of ['in', 'out'] as const) {
      const parts = [...(remotes?.rows ?? []).map(({ wireOctets }) => wireOctets), remotes?.others.wireOctets];
      const sum = [...parts, remotes?.unattributed].reduce((total, part) => total + (part?.[way] ?? Number.NaN), 0);
      expect(sum).toBe(external[way].wireOctets);
    }
  }

  test('what it forwards for a namespace that it has made is reported by remote; what stays inside is none', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
    try {
      const ready = (script: string) => script.replace('READY', join(folder, 'ready'));
      const load = `${traffic('download', wire.ipv4, 600_000)}; ${ready(ASK)}`;
      const job = `${traffic('upload', wire.ipv6, 50_000)}; set -- "$0"; ${NESTED.replace('status=0;', `${ready(WITHIN)} status=0;`)}`;
      const { report, status, stderr } = await measured(['sh', '-uc', job, load]);
      expect(status, stderr).toBe(0);
      expectSum(report);
      const { remotes, traffic: counted } = report;
      expect(remotes?.unattributed, stderr).toEqual({ in: 0, out: 0 });
      expect(rowOf(report, wire.ipv4, 7000)).toMatchObject({
        ...{ role: 'client', connections: 1 },
        payloadOctets: { in: atLeast(600_000), out: 'get 600000\n'.length },
        wireOctets: { in: counted.external.ipv4?.in.wireOctets, out: counted.external.ipv4?.out.wireOctets },
      });
      expect(rowOf(report, wire.ipv6, 7000)?.payloadOctets.out).toBeGreaterThanOrEqual(50_000);
      expect(remotes?.rows.filter(({ address }) => address.startsWith('192.168.77.'))).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('netmeter inside netmeter: both report the remote with all that crossed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
    try {
      const [outer, inner] = ['outer', 'inner'].map((name) => join(folder, `${name}.json`)) as [string, string];
      const words = (report: string) => [NETMETER, '--report', report, '--', process.execPath];
      const job = [NETMETER, '--report', inner, '--', 'sh', '-c', traffic('download', wire.ipv4, 300_000)];
      const { status, stderr } = await runToEnd(process.execPath, [...words(outer), ...job]);
      expect(status, stderr).toBe(0);
      for (const file of [outer, inner]) {
        const report = JSON.parse(readFileSync(file, 'utf8')) as Measurement;
        expectSum(report);
        expect(report.remotes?.unattributed, file).toEqual({ in: 0, out: 0 });
        expect(rowOf(report, wire.ipv4, 7000)).toMatchObject({
          payloadOctets: { in: atLeast(300_000) },
          connections: 1,
        });
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('where there is no control group to count at, nftables count at the inner ends', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
    await using group = Cgroup.make(`${CgroupHierarchy.open()?.folderOf('self')}/netmeter-test-${process.pid}`);
    try {
      // None may be made below it.
      writeFileSync(`${group.folder}/cgroup.max.descendants`, '0');
      const file = join(folder, 'report.json');
      const enter = `echo 0 > ${group.folder}/cgroup.procs; exec "$@"`;
      const job = `nft list tables >&2; ${traffic('download', wire.ipv4, 500_000)}; ${traffic('requests', wire.ipv6, 5)}`;
      const words = [process.execPath, NETMETER, '--report', file, '--', 'sh', '-euc', job];
      const { status, stderr } = await runToEnd('sh', ['-euc', enter, 'sh', ...words]);
      expect(status, stderr).toBe(0);
      expect(stderr).toContain('table inet netmeter_remotes');
      const report = JSON.parse(readFileSync(file, 'utf8')) as Measurement;
      expectSum(report);
      expect(report.remotes, stderr).toMatchObject({ evidence: 'kernel-counters', unattributed: { in: 0, out: 0 } });
      expect(rowOf(report, wire.ipv4, 7000)).toMatchObject({
        payloadOctets: { in: atLeast(500_000) },
        connections: 1,
      });
      expect(rowOf(report, wire.ipv6, 7000)).toMatchObject({ payloadOctets: { in: atLeast(2500) }, connections: 5 });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('where there is one, no rules count', async () => {
    const { report, stderr } = await measured(['sh', '-euc', `nft list tables >&2; ${traffic('udp', wire.ipv4, 3)}`]);
    expect(stderr).not.toContain('netmeter_remotes');
    expect(rowOf(report, wire.ipv4, 7000)).toMatchObject({ protocol: 'udp', wireOctets: { in: 0, out: 3 * 1028 } });
  });
});
