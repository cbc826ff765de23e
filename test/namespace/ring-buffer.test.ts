import { expect, test } from 'vitest';
import { Assembler } from '../../src/linux/bpf/assembler.js';
import { BpfLink } from '../../src/linux/bpf/bpf-link.js';
import { BpfProgram } from '../../src/linux/bpf/bpf-program.js';
import { RingBuffer } from '../../src/linux/bpf/ring-buffer.js';
import { pageSize } from '../../src/linux/memory.js';
import { describePrivileged } from '../privileged.js';

const SIZE = 40;

/** A record with the time for each system call of anybody's, until there is no room. */
const code = (buffer: RingBuffer) =>
  new Assembler()
    .loadMap('r1', buffer)
    .move('r2', SIZE)
    .move('r3', 0)
    .call('ringbuf_reserve')
    .jumpIf('r0', '==', 0, 'out')
    .move('r6', 'r0')
    .call('ktime_get_ns')
    .store('u64', 'r6', 0, 'r0')
    .move('r1', 'r6')
    .move('r2', 0)
    .call('ringbuf_submit')
    .label('out')
    .move('r0', 0)
    .exit();

describePrivileged('a ring buffer', () => {
  test('hands records over, round and round, and no more than there are at a time', () => {
    using buffer = new RingBuffer('nm_test', pageSize());
    using program = BpfProgram.load({ type: 'rawTracepoint', name: 'nm_test', code: code(buffer) });
    using _ = BpfLink.toTracepoint(program, 'sys_enter');
    const seen = new Set<bigint>();
    let count = 0;
    const most = Math.ceil(pageSize() / (8 + SIZE));
    for (let round = 0; round < 20; round++) {
      let drained = 0;
      buffer.drain((record) => {
        expect(record.length).toBe(SIZE);
        // None of before, which had the same place.
        const at = record.readBigUInt64LE();
        expect(seen.has(at)).toBe(false);
        seen.add(at);
        // Each look is a system call, and makes another record: it is the next round's.
        process.cwd();
        process.cpuUsage();
        drained += 1;
      });
      expect(drained).toBeLessThanOrEqual(most);
      count += drained;
    }
    expect(count).toBeGreaterThan(most);
  });
});
