import type { Assembler } from '../../../linux/bpf/assembler.js';
import { CONNECTION } from '../connections/connections.js';
import { LOOPBACK_DEVICE } from '../packet-context.js';
import type { MeterMaps } from '../program-maps.js';
import { INSIDE } from '../remotes/remote-layout.js';
import { classStep, STEP } from '../totals.js';
import { field, ORPHAN } from './orphan-field.js';
import type { OrphanLayout } from './orphan-layout.js';

/** The devices that are distinguished, and what else is known of addresses. */
type Bearings = Pick<MeterMaps, 'places' | 'network' | 'outer' | 'inside'>;

/**
 * Leaves the place of an orphan's total at `index`, but for its direction. r7: 4 or 6. Loopback's device is this host unless the
 * address says otherwise.
 */
export function placeOfTotal(code: Assembler, layout: OrphanLayout, bearings: Bearings): void {
  const { places, network } = bearings;
  code.move('r9', 0).jumpIf('r7', '==', 4, 'family known').move('r9', STEP.family).label('family known');
  code.store('u64', 'r10', ORPHAN.index, 'r9');
  field(code, 'r1', layout.device, 4);
  code.load('u64', 'r9', 'r10', ORPHAN.index).jumpIf('r1', '==', LOOPBACK_DEVICE, 'by address');
  for (const index of places?.external ?? []) code.jumpIf('r1', '==', index, 'class known');
  for (const index of places?.host ?? []) code.jumpIf('r1', '==', index, 'own host');
  if (places) code.compute('add', 'r9', classStep('inner'));
  else if (network !== undefined) classifyByAddresses(code, layout, bearings);
  code
    .jump('class added')
    .label('by address')
    .jumpIf('r7', '==', 6, 'inside 6')
    .load('u8', 'r1', 'r10', ORPHAN.key + CONNECTION.local + 12)
    .jumpIf('r1', '!=', 127, 'own host')
    .jump('loopback')
    .label('inside 6');
  // ::1.
  for (const [word, value] of [
    [0, 0],
    [4, 0],
    [8, 0],
    [12, 1],
  ] as const)
    code
      .load('u32', 'r1', 'r10', ORPHAN.key + CONNECTION.local + word)
      .swapBytes('r1', 32)
      .jumpIf('r1', '!=', value, 'own host');
  code
    .label('loopback')
    .compute('add', 'r9', classStep('loopback'))
    .jump('class added')
    .label('own host')
    .compute('add', 'r9', classStep('hostLocal'))
    .label('class added')
    .store('u64', 'r10', ORPHAN.index, 'r9')
    .label('class known');
}

/**
 * r9: the index. What the connection's own packets have taught of both addresses (classify-nested.ts); this side's says whether the
 * packet is of a namespace of the command's own, where devices have other numbers.
 */
function classifyByAddresses(code: Assembler, layout: OrphanLayout, { inside, outer = [] }: Bearings): void {
  const look = (part: number) => code.lookUp(inside, ORPHAN.key + part);
  look(CONNECTION.local)
    .jumpIf('r0', '==', 0, 'own namespace')
    .load('u32', 'r1', 'r0', 0)
    .jumpIf('r1', '!=', INSIDE.nested, 'own namespace')
    .compute('add', 'r9', classStep('nested'))
    .jump('placed by device')
    .label('own namespace');
  field(code, 'r1', layout.device, 4);
  for (const index of outer) code.jumpIf('r1', '==', index, 'class added');
  code.compute('add', 'r9', classStep('near')).label('placed by device');
  look(CONNECTION.remote)
    .jumpIf('r0', '==', 0, 'class added')
    .load('u64', 'r9', 'r10', ORPHAN.index)
    .load('u32', 'r1', 'r0', 0)
    .jumpIf('r1', '==', INSIDE.host, 'own host')
    .compute('add', 'r9', classStep('inner'));
}
