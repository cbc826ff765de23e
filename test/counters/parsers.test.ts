import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseDev } from '../../src/counters/dev.js';
import { parseNetstat } from '../../src/counters/netstat.js';
import { parseSnmp } from '../../src/counters/snmp.js';
import { parseSnmp6 } from '../../src/counters/snmp6.js';
import { parseSockstat } from '../../src/counters/sockstat.js';
import { unsettledConnections } from '../../src/counters/tcp-states.js';
import { NetmeterError } from '../../src/errors.js';

const fixture = (path: string) => readFileSync(new URL(`../../fixtures/proc/${path}`, import.meta.url), 'utf8');
const parsers = { parseNetstat, parseSnmp, parseSnmp6, parseDev, parseSockstat };

test('IpExt after 23 days', () => {
  const { IpExt } = parseNetstat(fixture('fedora-15-after-23-days/netstat'));
  expect(IpExt).toMatchObject({ InOctets: 24_434_248_973n, OutOctets: 4_218_365_129n, OutBcastOctets: 65n });
});

test('net/dev with three devices', () => {
  const { lo, eth0, virbr0 } = parseDev(fixture('three-devices/dev'));
  expect(lo).toMatchObject({ rxBytes: 622_834n, rxPackets: 6102n, txBytes: 622_834n, txPackets: 6102n });
  expect(eth0).toMatchObject({
    rxBytes: 3_290_609_241n,
    rxPackets: 20_752_766n,
    txBytes: 161_708_339n,
    txPackets: 16_831_446n,
  });
  expect(new Set(Object.values(virbr0 ?? {}))).toEqual(new Set([0n]));
});

test.each(['linux-6.18-new-namespace', 'linux-6.18-after-loopback-traffic'])('real files of %s', (name) => {
  expect(parseNetstat(fixture(`${name}/netstat`))['IpExt']).toHaveProperty('InNoECTPkts');
  expect(parseSnmp(fixture(`${name}/snmp`))['Tcp']).toMatchObject({ MaxConn: -1n });
  expect(parseSnmp6(fixture(`${name}/snmp6`))).toHaveProperty('Ip6InOctets');
  expect(parseDev(fixture(`${name}/dev`))).toHaveProperty('lo');
  expect(parseSockstat(fixture(`${name}/sockstat`))['TCP']).toHaveProperty('inuse');
  expect(parseSockstat(fixture(`${name}/sockstat6`))['TCP6']).toEqual({ inuse: 0n });
});

test.each([
  ['parseNetstat', '', 'line 1'],
  ['parseNetstat', 'IpExt: A B\nIpExt: 1\n', 'line 2: 2 names but 1 values'],
  ['parseNetstat', 'IpExt: A\nTcpExt: 1\n', 'line 2'],
  ['parseSnmp', 'Ip: A\n', 'line 2: it ends too early'],
  ['parseSnmp', 'Ip: A\nIp: x\n', "line 2: 'x' is not a number"],
  ['parseSnmp6', 'Ip6InOctets\n', 'line 1'],
  ['parseDev', 'one line\n', 'line 2'],
  ['parseDev', 'Inter-|\n face |bytes|bytes\n lo: 1\n', 'line 3'],
  ['parseSockstat', 'TCP: inuse\n', 'line 1'],
] as const)('%s refuses %j', (parser, text, reason) => {
  expect(() => parsers[parser](text)).toThrow(reason);
  expect(() => parsers[parser](text)).toThrow(NetmeterError);
});

test.each(Object.entries(parsers))('%s parses or refuses any text, and does nothing else', (_, parse) => {
  const words = fc.constantFrom(
    'IpExt:',
    'TCP:',
    'face',
    '|',
    ' ',
    '\n',
    '1',
    '-1',
    'x',
    'lo:',
    '__proto__',
    'constructor:',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(words, { maxLength: 30 }).map((parts) => parts.join(' ')),
      ),
      (text) => {
        try {
          parse(text);
        } catch (error) {
          expect(error).toBeInstanceOf(NetmeterError);
        }
      },
    ),
  );
});

test('a table survives the way through its text', () => {
  const name = fc.stringMatching(/^[A-Z][A-Za-z0-9]{0,12}$/);
  const table = fc.dictionary(name, fc.dictionary(name, fc.bigInt({ min: -1n, max: 2n ** 64n - 1n }), { minKeys: 1 }), {
    minKeys: 1,
  });
  fc.assert(
    fc.property(table, (groups) => {
      const text = Object.entries(groups)
        .map(
          ([group, counters]) =>
            `${group}: ${Object.keys(counters).join(' ')}\n${group}: ${Object.values(counters).join(' ')}\n`,
        )
        .join('');
      expect({ ...parseNetstat(text) }).toEqual(groups);
    }),
  );
});

test('connections that can still send or receive', () => {
  const line = (state: string) => `   0: 0100007F:1F90 0100007F:D431 ${state} 00000000:00000000 00:00000000`;
  const states = ['01', '04', '05', '06', '07', '08', '09', '0A', '0B'];
  expect(unsettledConnections(['  sl  local_address', ...states.map(line), ''].join('\n'))).toBe(6);
});
