import { expect, test } from 'vitest';
import { Assembler } from '../../src/linux/bpf/assembler.js';
import { bpf } from '../../src/linux/bpf/bpf-call.js';
import { BpfProgram } from '../../src/linux/bpf/bpf-program.js';
import { ProgramSlot } from '../../src/linux/bpf/program-slot.js';
import { describePrivileged } from '../privileged.js';
import { until } from '../wait.js';

const load = (code: Assembler) =>
  BpfProgram.load({ type: 'cgroupSkb', name: 'nm_test', attachment: 'egress', code: code.exit() });

/** @returns what the program has returned for a packet of zeros (BPF_PROG_TEST_RUN) */
function run({ fd }: BpfProgram): number {
  const frame = Buffer.alloc(64);
  let returned = -1;
  const fields = [
    [0, fd],
    [8, frame.length],
    [16, frame],
    [32, 1],
  ] as const;
  bpf('BPF_PROG_TEST_RUN', fields, (left) => {
    returned = left.readUInt32LE(4);
  });
  return returned;
}

describePrivileged('a place behind a program', () => {
  const first = (slot: ProgramSlot) => new Assembler().move('r6', 'r1').tailCall('r6', slot).move('r0', 1);

  test('is gone on with while there is a program in it', () => {
    using slot = new ProgramSlot('nm_test');
    using program = load(first(slot));
    expect(run(program)).toBe(1);
    {
      using next = load(new Assembler().move('r0', 0));
      using _ = slot.run(next);
      expect(run(program)).toBe(0);
    }
    expect(run(program)).toBe(1);
  });

  test('takes none of what is attached elsewhere, and is left with nothing to take back', async () => {
    const slot = new ProgramSlot('nm_test');
    using program = load(first(slot));
    using other = BpfProgram.load({
      ...{ type: 'sockOps', name: 'nm_test', attachment: 'sockOps' },
      code: new Assembler().move('r0', 1).exit(),
    });
    expect(() => slot.run(other)).toThrow('BPF_MAP_UPDATE_ELEM: EINVAL');
    using next = load(new Assembler().move('r0', 0));
    using _ = slot.run(next);
    slot[Symbol.dispose]();
    // The kernel empties it beside (prog_array_map_clear()).
    await until('the place is empty', () => run(program) === 1);
  });
});
