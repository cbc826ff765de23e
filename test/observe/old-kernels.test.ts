import { expect, test } from 'vitest';
import type { Assembler } from '../../src/linux/bpf/assembler.js';
import { HELPERS } from '../../src/linux/bpf/helper-numbers.js';
import { sumEnds } from '../../src/observe/connections/sum-ends.js';
import { refuseSends, SEND_HOOKS } from '../../src/observe/gate/refuse-sends.js';
import { rememberConnections } from '../../src/observe/meter/connections/connections.js';
import { countPacketSendCalls } from '../../src/observe/meter/packet-sends.js';
import { countPackets } from '../../src/observe/meter/packets/count-packets.js';
import { copyMessages } from '../../src/observe/names/copy-messages.js';

const map = { fd: 3 } as never;
const meter = {
  ...{ totals: map, forMany: map, mtus: map, remotes: map, roles: map, inside: map, nested: map, connections: map },
  ...{ earlier: map, counts: map, next: map, places: undefined, clock: 'ktime_get_ns' as const },
};
const gate = { exempt: map, allowed: map, denied: map, attempts: map, spent: map, allowsListedAlone: true };
const sends = { sends: map, groups: map };
const copies = { copies: map, lost: map };
const ends = { open: map, more: map, sums: map, lost: map };

/** The programs that are the count, its bounds, the limits and the names of a run in place. */
const PROGRAMS: Readonly<Record<string, () => Assembler>> = {
  connections: () => rememberConnections(meter),
  'packets in': () => countPackets('in', meter),
  'packets out': () => countPackets('out', meter),
  'held packets in': () => countPackets('in', meter, gate),
  'held packets out': () => countPackets('out', meter, gate),
  'connection ends': () => sumEnds(ends),
  ...Object.fromEntries(SEND_HOOKS.map((hook) => [hook, () => refuseSends(hook, gate)])),
  'packet sockets': () => countPacketSendCalls(sends, 96),
  'messages in': () => copyMessages('in', copies, { withLoopback: false }),
  'messages out': () => copyMessages('out', copies, { withLoopback: false }),
};

/** struct bpf_insn of linux/bpf.h, one after the other. */
function instructionsOf(code: Assembler) {
  const bytes = code.assemble();
  return Array.from({ length: bytes.length / 8 }, (_, index) => ({
    code: bytes.readUInt8(index * 8),
    to: bytes.readUInt8(index * 8 + 1) & 15,
    immediate: bytes.readInt32LE(index * 8 + 4),
  }));
}

/** BPF_STX | BPF_ATOMIC | BPF_DW, BPF_JMP | BPF_CALL and BPF_JMP | BPF_JLE. */
const ATOMIC = 0xdb;
const CALL = 0x85;
const AT_MOST = 0xb5;

test.each(Object.entries(PROGRAMS))('%s: adds without BPF_FETCH, which came with Linux 5.12', (_, program) => {
  const added = instructionsOf(program()).filter(({ code }) => code === ATOMIC);
  expect(added.length).toBeGreaterThan(0);
  expect(added.map(({ immediate }) => immediate)).toEqual(added.map(() => 0));
});

/** The last function of Linux 5.7, with which all of this works, and of 5.8, with which names are seen, too (enum bpf_func_id). */
const LAST = { 'Linux 5.7': 124, 'Linux 5.8': 135 } as const;

test.each(Object.entries(PROGRAMS))('%s: calls nothing that its oldest kernel has not', (name, program) => {
  const called = instructionsOf(program()).flatMap(({ code, immediate }) => (code === CALL ? [immediate] : []));
  expect(called.length).toBeGreaterThan(0);
  expect(Math.max(...called)).toBeLessThanOrEqual(LAST[name.startsWith('messages') ? 'Linux 5.8' : 'Linux 5.7']);
});

// What is not equal to 0 the verifier takes for at least 1 only since Linux 6.8; the size of such a read is in r4.
test.each(['messages in', 'messages out'])('%s: a size that is not known is bounded by order', (name) => {
  const code = instructionsOf((PROGRAMS[name] as () => Assembler)());
  const reads = code.flatMap((each, at) =>
    each.code === CALL && each.immediate === HELPERS.skb_load_bytes ? [code[at - 1]] : [],
  );
  expect(reads).toHaveLength(4);
  for (const before of reads) expect(before).toEqual({ code: AT_MOST, to: 4, immediate: 0 });
});
