import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Assembler } from '../../src/linux/bpf/assembler.js';
import { BpfLink } from '../../src/linux/bpf/bpf-link.js';
import { BpfProgram } from '../../src/linux/bpf/bpf-program.js';
import { CookieProbe } from '../../src/linux/bpf/cookie-probe.js';
import { BpfMap, type BpfMapPlan } from '../../src/linux/bpf/maps/bpf-map.js';
import { entryPages } from '../../src/linux/bpf/maps/map-entries.js';
import { possibleCpus } from '../../src/linux/bpf/possible-cpus.js';
import { Cgroup } from '../../src/linux/cgroup/cgroup.js';
import { CgroupHierarchy } from '../../src/linux/cgroup/hierarchy.js';
import { NetworkNamespace } from '../../src/linux/namespace.js';
import { netnsCookie } from '../../src/linux/netns-cookie.js';
import { describePrivileged } from '../privileged.js';
import { once } from '../wait.js';

const number = (value: number) => Buffer.from(Uint32Array.of(value).buffer);
const plan = (type: BpfMapPlan['type'], more: Partial<BpfMapPlan> = {}): BpfMapPlan => ({
  ...{ type, name: 'nm_test', keySize: 4, valueSize: 4, maxEntries: 8 },
  ...more,
});
const keysOf = (map: BpfMap) => [...map.keys()].map((key) => key.readUInt32LE()).sort();

describePrivileged('the kernel’s programs and their maps', () => {
  test.each(['hash', 'lruHash'] as const)('a %s keeps, lists and forgets', (type) => {
    using map = BpfMap.create(plan(type));
    for (const key of [7, 9]) map.update(number(key), number(key * 2));
    expect(map.lookup(number(9))).toEqual(number(18));
    expect(map.lookup(number(8))).toBeUndefined();
    expect(keysOf(map)).toEqual([7, 9]);
    expect(map.delete(number(7))).toBe(true);
    expect(map.delete(number(7))).toBe(false);
    expect(keysOf(map)).toEqual([9]);
  });

  test.each([false, true])('a hash is listed whole, page by page, %s that it grows', (isGrown) => {
    using map = BpfMap.create(plan('hash', { maxEntries: 1000, isGrown }));
    for (let key = 0; key < 500; key++) map.update(number(key), number(key * 2));
    const pages = [...entryPages(map, 64, 64)];
    expect(pages.length).toBeGreaterThan(7);
    const found = pages.flat().map(({ key, value }) => [key.readUInt32LE(), value.readUInt32LE()]);
    expect(found.sort(([a = 0], [b = 0]) => a - b)).toEqual(Array.from({ length: 500 }, (_, key) => [key, key * 2]));
  });

  test('an empty hash has no entries', () => {
    using map = BpfMap.create(plan('hash'));
    expect([...entryPages(map)].flat()).toEqual([]);
  });

  test('a full hash refuses', () => {
    using map = BpfMap.create(plan('hash', { maxEntries: 1 }));
    map.update(number(1), number(1));
    expect(() => map.update(number(2), number(2))).toThrow('BPF_MAP_UPDATE_ELEM: E2BIG');
  });

  test('an array begins with zeros; a per-CPU array has a value for each CPU', () => {
    using array = BpfMap.create(plan('array'));
    expect(array.lookup(number(3))).toEqual(number(0));
    using perCpu = BpfMap.create(plan('perCpuArray', { valueSize: 8 }));
    expect(perCpu.lookup(number(3), 8 * possibleCpus())).toEqual(Buffer.alloc(8 * possibleCpus()));
  });

  test('a trie finds the longest prefix', () => {
    using trie = BpfMap.create(plan('lpmTrie', { keySize: 8 }));
    const prefix = (bits: number, ...address: number[]) => Buffer.concat([number(bits), Buffer.from(address)]);
    trie.update(prefix(8, 10, 0, 0, 0), number(1));
    trie.update(prefix(16, 10, 9, 0, 0), number(2));
    expect(trie.lookup(prefix(32, 10, 9, 8, 7))).toEqual(number(2));
    expect(trie.lookup(prefix(32, 10, 8, 8, 7))).toEqual(number(1));
    expect(trie.lookup(prefix(32, 11, 9, 8, 7))).toBeUndefined();
  });

  test('what the verifier has against a program is in the error', () => {
    const code = new Assembler().load('u64', 'r0', 'r9', 0).exit();
    expect(() => BpfProgram.load({ type: 'cgroupSkb', name: 'nm_wrong', attachment: 'egress', code })).toThrow(
      /BPF_PROG_LOAD: EACCES: nm_wrong:[\s\S]*R9 !read_ok/,
    );
  });

  describe('at a control group', () => {
    let group: Cgroup;
    beforeEach(() => {
      group = Cgroup.make(`${CgroupHierarchy.open()?.folderOf('self')}/netmeter-test-${process.pid}`);
    });
    afterEach(() => group[Symbol.asyncDispose]());

    /** Sends a datagram to nobody, from inside the group. */
    const send = () => {
      const script =
        'import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x" * 100, ("127.0.0.1", 9))';
      return group.around(CgroupHierarchy.open()?.folderOf('self') ?? '', () =>
        spawnSync('python3', ['-c', script], { encoding: 'utf8' }),
      );
    };

    test('a program runs for its processes alone, as long as its link is open', async () => {
      using map = BpfMap.create(plan('array', { valueSize: 8 }));
      using queue = BpfMap.create(plan('queue', { keySize: 0 }));
      const code = new Assembler()
        .load('u32', 'r6', 'r1', 0)
        .store('u32', 'r10', -4, 'r6')
        .store('u32', 'r10', -8, 0)
        .loadMap('r1', map)
        .move('r2', 'r10')
        .compute('add', 'r2', -8)
        .call('map_lookup_elem')
        .jumpIf('r0', '==', 0, 'out')
        .atomicAdd('r0', 0, 'r6')
        .loadMap('r1', queue)
        .move('r2', 'r10')
        .compute('add', 'r2', -4)
        .move('r3', 0)
        .call('map_push_elem')
        .label('out')
        .move('r0', 1)
        .exit();
      const total = () => map.lookup(number(0))?.readBigUInt64LE();
      {
        using program = BpfProgram.load({ type: 'cgroupSkb', name: 'nm_test', attachment: 'egress', code });
        using _ = BpfLink.toCgroup(program, group.fd);
        expect(send().stderr).toBe('');
        expect(total()).toBe(128n);
        expect([queue.pop(), queue.pop()]).toEqual([number(128), undefined]);
        const other = createSocket('udp4');
        other.send('elsewhere', 9, '127.0.0.1');
        await once(other, 'listening');
        other.close();
        expect(total()).toBe(128n);
      }
      send();
      expect(total()).toBe(128n);
    });

    test('a namespace has the number that its sockets say it has, also where no option says it (before Linux 5.14)', () => {
      using other = NetworkNamespace.create();
      using reported = new CookieProbe();
      expect(reported.read()).toBe(netnsCookie());
      const inside = other.inside(() => reported.read());
      expect(inside).toBe(other.inside(() => netnsCookie() ?? 0n));
      expect(inside).not.toBe(reported.read());
    });

    test('a tracepoint that the kernel has not is refused by name', () => {
      const code = new Assembler().move('r0', 0).exit();
      using program = BpfProgram.load({ type: 'rawTracepoint', name: 'nm_test', code });
      expect(() => BpfLink.toTracepoint(program, 'no_such_tracepoint')).toThrow('BPF_RAW_TRACEPOINT_OPEN: ENOENT');
    });
  });
});
