import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readDevices } from '../../../src/isolation/machine/read-devices.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
});
afterEach(() => rmSync(root, { recursive: true }));

/** Files below /sys/class/net/NAME; a text that starts with `->` is a link. */
type Facts = Readonly<Record<string, string>>;

function machine(devices: Readonly<Record<string, Facts>>, shown: readonly string[] = Object.keys(devices)) {
  const [net, sys] = [join(root, 'net'), join(root, 'sys')];
  mkdirSync(net);
  mkdirSync(sys);
  const header = 'Inter-|   Receive  |  Transmit\n face |bytes packets|bytes packets\n';
  writeFileSync(
    join(net, 'dev'),
    header +
      Object.keys(devices)
        .map((name) => `${name.padStart(6)}: 1 2 3 4\n`)
        .join(''),
  );
  for (const name of shown) {
    for (const [file, text] of Object.entries({ type: '1\n', flags: '0x1003\n', ...devices[name] })) {
      const path = join(sys, name, file);
      mkdirSync(dirname(path), { recursive: true });
      if (text.startsWith('->')) symlinkSync(text.slice(2), path);
      else writeFileSync(path, text);
    }
  }
  return readDevices({ net, sys });
}

const kindOf = (facts: Facts) => machine({ x0: facts }).devices?.[0]?.kind;

test.each<[string, Facts, string]>([
  ['a veth end', {}, 'link'],
  ['a card', { device: '->../../../0000:00:03.0' }, 'link'],
  ['InfiniBand', { type: '32\n' }, 'link'],
  ['a bridge', { 'bridge/stp_state': '0\n' }, 'bridge'],
  ['a tun', { type: '65534\n', tun_flags: '0x1001\n' }, 'tunnel'],
  ['a tap', { tun_flags: '0x1002\n' }, 'tunnel'],
  ['WireGuard', { type: '65534\n', uevent: 'DEVTYPE=wireguard\nINTERFACE=x0\n' }, 'tunnel'],
  ['VXLAN', { uevent: 'DEVTYPE=vxlan\n' }, 'tunnel'],
  ['a VLAN', { uevent: 'DEVTYPE=vlan\n' }, 'link'],
  ['loopback', { type: '772\n' }, 'tunnel'],
  ['a dummy', { flags: '0x82\n' }, 'none'],
  ['a CAN bus', { type: '280\n', device: '->../1.can' }, 'none'],
])('%s', (_, facts, kind) => {
  expect(kindOf(facts)).toBe(kind);
});

test('hardware, what it is a slave of, and what carries it', () => {
  const { devices } = machine({
    eth0: { device: '->../pci', master: '->../bond0' },
    bond0: { lower_eth0: '->../eth0', 'bonding/mode': 'x' },
    'eth0.7': { lower_eth0: '->../eth0' },
  });
  expect(devices).toEqual([
    { name: 'eth0', kind: 'link', hardware: true, master: 'bond0', lower: [] },
    { name: 'bond0', kind: 'link', hardware: false, lower: ['eth0'] },
    { name: 'eth0.7', kind: 'link', hardware: false, lower: ['eth0'] },
  ]);
});

test.each([
  ['fewer', ['eth0']],
  ['none', []],
])('a sysfs that shows %s of the devices is another namespace’s', (_, shown) => {
  expect(machine({ lo: {}, eth0: {} }, shown).devices).toBeUndefined();
});

test('a device that is being removed, and one that is being made, are waited for', () => {
  const folders = { net: join(root, 'net'), sys: join(root, 'sys') };
  machine({ lo: {}, going: {}, coming: {} }, ['lo', 'going']);
  const names = (text: string) => writeFileSync(join(folders.net, 'dev'), text);
  names('lo: 1\ncoming: 1\n');
  const steps = [
    () => rmSync(join(folders.sys, 'going'), { recursive: true }),
    () => mkdirSync(join(folders.sys, 'coming')),
  ];
  expect(readDevices(folders, () => steps.shift()?.()).devices?.map(({ name }) => name)).toEqual(['lo', 'coming']);
  expect(steps).toEqual([]);
});

test('the list of bonds is no device', () => {
  const { devices } = machine({ lo: {} });
  expect(devices).toHaveLength(1);
  writeFileSync(join(root, 'sys/bonding_masters'), '');
  expect(readDevices({ net: join(root, 'net'), sys: join(root, 'sys') }).devices).toHaveLength(1);
});

test('where nothing can be read nothing is known', () => {
  expect(readDevices({ net: join(root, 'a'), sys: join(root, 'b') })).toEqual({ devices: undefined, routes: [] });
});

test('this machine’s own', () => {
  const { devices } = readDevices({ net: '/proc/self/net', sys: '/sys/class/net' });
  expect(devices?.find(({ name }) => name === 'lo')).toMatchObject({ kind: 'tunnel', hardware: false });
});
