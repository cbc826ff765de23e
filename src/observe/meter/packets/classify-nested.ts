import type { Assembler } from '../../../linux/bpf/assembler.js';
import type { BpfMap } from '../../../linux/bpf/maps/bpf-map.js';
import { PACKET } from '../packet-context.js';
import { STACK } from '../program-frame.js';
import { copyAddress, lookInside, noteInside, otherEnd, ownEnd } from '../remotes/remote-address.js';
import { INSIDE, REMOTE_KEY } from '../remotes/remote-layout.js';
import { classStep, type Way } from '../totals.js';

export type NamespaceMaps = {
  /** What is known of addresses that are not outside: {@link INSIDE}. */
  readonly inside: BpfMap;
  /** Not 0: a namespace of the command's own has sent or received. Until then no address is anybody's there. */
  readonly nested: BpfMap;
  /** Has an entry for the cookie of each namespace that was there before the command: it is somebody else's, whoever goes into it. */
  readonly earlier: BpfMap;
  /** Devices of the run's namespace, by their number, that lead to none of the command's own: leading-out.ts. */
  readonly outer?: readonly number[] | undefined;
};

/** Where the address that is looked at begins; IPv4's are the last four octets. */
const ADDRESS = STACK.remote + REMOTE_KEY.address;
const ADDRESS4 = ADDRESS + 12;

/**
 * In place the programs see the packets of every namespace that the command makes, where they are sent and received, and
 * never where they are forwarded: a packet of a nested namespace left if it goes to somebody who is not inside. What it sends
 * to its own link alone (multicast, neighbour discovery, a broadcast) is not forwarded. An address may be outside, too: what the
 * run's namespace exchanges by an outer device is external whatever is known of the address. r7: the class.
 */
export function classifyNamespace(
  code: Assembler,
  way: Way,
  { network, inside, nested, earlier, outer = [] }: NamespaceMaps & { readonly network: bigint },
): void {
  code.move('r1', 'r6').call('get_netns_cookie');
  code.moveWide('r1', network).loadMapValue('r2', nested).jumpIf('r0', '==', 'r1', 'own namespace');
  code.store('u64', 'r10', STACK.scratch, 'r0').move('r7', classStep('entered'));
  code.lookUp(earlier, STACK.scratch).jumpIf('r0', '!=', 0, 'noted').loadMapValue('r2', nested);
  code.move('r7', classStep('nested')).store('u32', 'r2', 0, 1);
  copyAddress(code, ownEnd(way));
  goIfForLinkAlone(code, 'noted');
  noteInside(code, inside);
  code.jump('noted').label('own namespace').load('u32', 'r1', 'r6', PACKET.device);
  for (const index of outer) code.jumpIf('r1', '==', index, 'classified');
  code.move('r7', classStep('near')).load('u32', 'r1', 'r2', 0).jumpIf('r1', '==', 0, 'classified').label('noted');
  copyAddress(code, otherEnd(way));
  code.jumpIf('r7', '!=', classStep('nested'), 'may be inside');
  goIfForLinkAlone(code, 'nested link');
  code.label('may be inside');
  lookInside(code, inside)
    .jumpIf('r0', '==', 0, 'classified')
    .load('u32', 'r1', 'r0', 0)
    .jumpIf('r1', '==', INSIDE.host, 'host')
    .label('nested link')
    .move('r7', classStep('inner'));
}

/** Multicast, the limited broadcast, no address yet, and IPv6's link-local ones (RFC 4291). IPv4's are forwarded: metadata services have some. */
function goIfForLinkAlone(code: Assembler, to: string): void {
  const [version4, forwarded] = [code.newLabel('address 4'), code.newLabel('forwarded')];
  code
    .load('u64', 'r1', 'r10', STACK.version)
    .jumpIf('r1', '!=', 6, version4)
    .load('u16', 'r1', 'r10', ADDRESS)
    .swapBytes('r1', 16)
    .jumpIf('r1', '==', 0, to)
    .compute('and', 'r1', 0xffc0)
    .jumpIf('r1', '==', 0xfe80, to)
    .jumpIf('r1', '<', 0xff00, forwarded)
    .jump(to)
    .label(version4)
    .load('u8', 'r1', 'r10', ADDRESS4)
    .jumpIf('r1', '==', 0, to)
    .jumpIf('r1', '>=', 224, to)
    .label(forwarded);
}
