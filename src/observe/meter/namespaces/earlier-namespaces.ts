import { Assembler } from '../../../linux/bpf/assembler.js';
import { BpfProgram } from '../../../linux/bpf/bpf-program.js';
import { BpfMap } from '../../../linux/bpf/maps/bpf-map.js';
import { recordOf } from '../../../linux/bpf/record.js';
import { MOST_NAMESPACES, UNKNOWN_NAMESPACES } from '../meter-maps.js';
import { number } from '../number.js';
import { knownLayout } from '../orphans/known-layout.js';
import type { NamespaceLayout } from './namespace-layout.js';

/** So many are gone through each time that the program runs: the verifier looks at each step, for which a larger number takes longer than to run again. */
const STEPS = 8;

/** How far the program is: the next place in the list, the first one, what namespaces have in common, and how many places are of none or had no room. */
const WALK = recordOf('at', 'start', 'operations', 'others');

/**
 * Notes the number of each network namespace that there is now. The list is the kernel's own: what nobody lives in is
 * in it too, and nothing is entered. Numbers alone do not say which namespace is older: each processor has some in store.
 * Where the kernel does not say where they are, that is noted alone.
 */
export function noteNamespaces(noted: BpfMap): void {
  if (noteAll(noted)) return;
  for (const key of [...noted.keys()]) noted.delete(key);
  noted.update(UNKNOWN_NAMESPACES, UNKNOWN_NAMESPACES);
}

function noteAll(noted: BpfMap): boolean {
  try {
    const layout = knownLayout()?.namespaces;
    return layout ? goThrough(layout, noted) : false;
  } catch {
    return false;
  }
}

/** @throws {LinuxError} bpf(2) is refused, or there are more than are noted */
function goThrough(layout: NamespaceLayout, noted: BpfMap): boolean {
  using walk = BpfMap.create({
    ...{ type: 'array', name: 'nm_walk', keySize: 4, valueSize: WALK.size, maxEntries: 1 },
  });
  using program = BpfProgram.load({ type: 'rawTracepoint', name: 'nm_walk', code: takeSteps(layout, walk, noted) });
  for (let run = 0; run <= MOST_NAMESPACES / STEPS; run++) {
    program.runOnce();
    const { at, start, others } = WALK.sum(walk.lookup(number(0)) ?? Buffer.alloc(WALK.size));
    // One is the list's own head.
    if (start === 0n || others > 1n) return false;
    if (at === start) return true;
  }
  return false;
}

/** r6: {@link WALK}. r7: the place in the list. r8: steps. On the stack: what is read. */
function takeSteps(layout: NamespaceLayout, walk: BpfMap, noted: BpfMap): Assembler {
  const code = new Assembler();
  code.loadMapValue('r6', walk).load('u64', 'r7', 'r6', WALK.at.at).jumpIf('r7', '!=', 0, 'begun');
  begin(code, layout);
  code.label('begun').move('r8', 0).label('step');
  read(code, 'r7', layout.operations - layout.list);
  code.load('u64', 'r1', 'r10', READ).load('u64', 'r2', 'r6', WALK.at.operations).jumpIf('r1', '!=', 'r2', 'other');
  read(code, 'r7', layout.cookie - layout.list);
  code
    .update(noted, READ, READ)
    .jumpIf('r0', '==', 0, 'next')
    .label('other')
    .load('u64', 'r1', 'r6', WALK.at.others)
    .compute('add', 'r1', 1)
    .store('u64', 'r6', WALK.at.others, 'r1')
    .label('next');
  // struct list_head begins with the next one.
  read(code, 'r7', 0);
  return code
    .load('u64', 'r7', 'r10', READ)
    .store('u64', 'r6', WALK.at.at, 'r7')
    .load('u64', 'r1', 'r6', WALK.at.start)
    .jumpIf('r7', '==', 'r1', 'done')
    .compute('add', 'r8', 1)
    .jumpIf('r8', '<', STEPS, 'step')
    .label('done')
    .move('r0', 0)
    .exit();
}

/** With the namespace of who runs the program. r7 = its place in the list. */
function begin(code: Assembler, layout: NamespaceLayout): void {
  code.call('get_current_task').move('r7', 'r0');
  for (const at of [layout.taskNamespaces, layout.network]) {
    read(code, 'r7', at);
    code.load('u64', 'r7', 'r10', READ);
  }
  read(code, 'r7', layout.operations);
  code
    .load('u64', 'r1', 'r10', READ)
    .store('u64', 'r6', WALK.at.operations, 'r1')
    .compute('add', 'r7', layout.list)
    .store('u64', 'r6', WALK.at.start, 'r7');
}

const READ = -8;

/** Reads 8 octets of the kernel's: zeros, which are no namespace's, where there is nothing. */
const read = (code: Assembler, from: 'r7', offset: number): Assembler =>
  code.placeOnStack('r1', READ).move('r2', 8).move('r3', from).compute('add', 'r3', offset).call('probe_read_kernel');
