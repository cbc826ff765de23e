import { expect, test } from 'vitest';
import { Assembler } from '../../src/linux/bpf/assembler.js';
import { BpfLink } from '../../src/linux/bpf/bpf-link.js';
import { BpfProgram } from '../../src/linux/bpf/bpf-program.js';
import { BpfMap } from '../../src/linux/bpf/maps/bpf-map.js';
import { RingBuffer } from '../../src/linux/bpf/maps/ring-buffer.js';
import { pageSize } from '../../src/linux/memory.js';
import { describePrivileged } from '../privileged.js';

const SIZE = 40;

/** A record with its number for each system call of anybody's, until there is no room. */
const code = (buffer: RingBuffer, numbers: BpfMap) =>
  new Assembler()
    .loadMap('r1', buffer)
    .move('r2', SIZE)
    .move('r3', 0)
    .call('ringbuf_reserve')
    .jumpIf('r0', '==', 0, 'out')
    .move('r6', 'r0')
    .loadMapValue('r1', numbers)
    .move('r2', 1)
    .atomicFetchAdd('r1', 0, 'r2')
    .store('u64', 'r6', 0, 'r2')
    .move('r1', 'r6')
    .move('r2', 0)
    .call('ringbuf_submit')
    .label('out')
    .move('r0', 0)
    .exit();

describePrivileged('a ring buffer', () => {
  test('hands records over, round and round, and no more than there are at a time', () => {
    using buffer = new RingBuffer('nm_test', pageSize());
    using numbers = BpfMap.create({ type: 'array', name: 'nm_test', keySize: 4, valueSize: 8, maxEntries: 1 });
    using program = BpfProgram.load({ type: 'rawTracepoint', name: 'nm_test', code: code(buffer, numbers) });
    using _ = BpfLink.toTracepoint(program, 'sys_enter');
    const seen = new Set<bigint>();
    let count = 0;
    const most = Math.ceil(pageSize() / (8 + SIZE));
    for (let round = 0; round < 20; round++) {
      let drained = 0;
      // So many that there is no room for all, whatever others do.
      for (let call = 0; call <= most; call++) process.cpuUsage();
      buffer.drain((record) => {
        expect(record.length).toBe(SIZE);
        // None of before, which had the same place.
        const number = record.readBigUInt64LE();
        expect(seen.has(number)).toBe(false);
        seen.add(number);
        // Each look is a system call, and makes another record: it is the next round's.
        process.cwd();
        process.cpuUsage();
        drained += 1;
      });
      expect(drained).toBeLessThanOrEqual(most);
      count += drained;
    }
    expect(count).toBeGreaterThan(5 * most);
  });
});
