import type { Assembler } from '../../../linux/bpf/assembler.js';
import { IPPROTO } from '../../../linux/ip/ip-protocols.js';
import { LOOPBACK_DEVICE, PACKET, PACKET_TYPE } from '../packet-context.js';
import { forget, recall, STACK } from '../program-frame.js';
import { classStep, PROTOCOLS, STEP, type Way } from '../totals.js';
import { classifyNamespace, type NamespaceMaps } from './classify-nested.js';

const protocolStep = (name: (typeof PROTOCOLS)[number]) => PROTOCOLS.indexOf(name) * STEP.protocol;

/** Devices by their number, where all that lead out are known. */
export type Places = { readonly external: readonly number[]; readonly host: readonly number[] };

/** What decides the classes. */
export type Bearings = NamespaceMaps & {
  /** undefined: every device leads out. */
  readonly places: Places | undefined;
  /** The cookie of the run's network namespace, where a program can ask for a packet's; where places are known, it need not. */
  readonly network?: bigint | undefined;
};

/** Leaves in r7 where the packet's total stands, but for the direction. */
export function classify(code: Assembler, way: Way, { places, network, ...maps }: Bearings): void {
  code.move('r7', 0).load('u32', 'r1', 'r6', PACKET.device).jumpIf('r1', '==', LOOPBACK_DEVICE, 'inside');
  // A copy of a multicast that a socket of this machine has sent.
  if (way === 'in') code.load('u32', 'r2', 'r6', PACKET.type).jumpIf('r2', '==', PACKET_TYPE.loopback, 'loopback');
  if (places) byDevice(code, places);
  else if (network !== undefined) classifyNamespace(code, way, { network, ...maps });
  code.jump('classified');
  recall(code.label('inside'), STACK.version).jumpIf('r1', '==', 6, 'inside 6');
  code
    .load('u8', 'r1', 'r10', STACK.header + 16)
    .jumpIf('r1', '==', 127, 'loopback')
    .jump('host');
  isLoopback6(code.label('inside 6'));
  code.label('loopback').move('r7', classStep('loopback')).jump('classified');
  code.label('host').move('r7', classStep('hostLocal')).label('classified');
  addFamily(forget(code, 'r7', 'r1'));
  addProtocol(forget(code, 'r7', 'r1'));
}

/** r1: the device's number. r7 becomes what it says, or control goes where that is done. */
function byDevice(code: Assembler, { external, host }: Places): void {
  for (const index of external) code.jumpIf('r1', '==', index, 'classified');
  for (const index of host) code.jumpIf('r1', '==', index, 'host');
  code.move('r7', classStep('inner'));
}

/** ::1, in the destination. */
function isLoopback6(code: Assembler): void {
  for (const offset of [24, 28, 32]) code.load('u32', 'r1', 'r10', STACK.header + offset).jumpIf('r1', '!=', 0, 'host');
  code
    .load('u32', 'r1', 'r10', STACK.header + 36)
    .swapBytes('r1', 32)
    .jumpIf('r1', '!=', 1, 'host');
}

function addFamily(code: Assembler): void {
  recall(code, STACK.version).jumpIf('r1', '!=', 6, 'family').compute('add', 'r7', STEP.family).label('family');
}

function addProtocol(code: Assembler): void {
  const kinds = [
    [IPPROTO.tcp, 'tcp'],
    [IPPROTO.udp, 'udp'],
    [IPPROTO.icmp, 'icmp'],
    [IPPROTO.icmpv6, 'icmp'],
  ] as const;
  recall(code, STACK.protocol);
  for (const [number, name] of kinds) {
    const other = code.newLabel('protocol');
    code.jumpIf('r1', '!=', number, other).compute('add', 'r7', protocolStep(name)).jump('protocol').label(other);
  }
  code.compute('add', 'r7', protocolStep('other')).label('protocol');
}
