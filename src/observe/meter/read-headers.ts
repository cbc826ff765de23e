import type { Assembler } from '../../linux/bpf/assembler.js';
import { EXTENSIONS, IPPROTO } from './packet-context.js';
import { STACK } from './program-frame.js';

/** What fits a GSO packet's first segment; more extension headers than these are none of a usual packet. */
const MOST_EXTENSIONS = 4;
const UDP_HEADER = 8;

/** Reads `size` octets of the packet at `r2` to `place` on the stack; a packet that is too short passes uncounted. */
function loadBytes(code: Assembler, place: number, size: number, tooShort: string): void {
  code
    .move('r1', 'r6')
    .move('r3', 'r10')
    .compute('add', 'r3', place)
    .move('r4', size)
    .call('skb_load_bytes')
    .jumpIf('r0', '!=', 0, tooShort);
}

/**
 * Reads the IP header to the stack, and finds out the protocol and how long all headers are, each of a GSO packet's
 * segments has its own copy of.
 */
export function readHeaders(code: Assembler): void {
  code.move('r2', 0);
  loadBytes(code, STACK.header, 20, 'pass');
  code.load('u8', 'r7', 'r10', STACK.header).compute('shiftRight', 'r7', 4).store('u64', 'r10', STACK.version, 'r7');
  code.jumpIf('r7', '==', 6, 'version 6');
  code
    .load('u8', 'r8', 'r10', STACK.header)
    .compute('and', 'r8', 15)
    .compute('shiftLeft', 'r8', 2)
    .load('u8', 'r7', 'r10', STACK.header + 9)
    .jump('transport');
  code.label('version 6').move('r2', 20);
  loadBytes(code, STACK.header + 20, 20, 'pass');
  code.move('r8', 40).load('u8', 'r7', 'r10', STACK.header + 6);
  skipExtensions(code);
  addTransport(code.label('transport'));
}

/** r7: the next header's kind; r8: where it is. */
function skipExtensions(code: Assembler): void {
  for (let turn = 0; turn < MOST_EXTENSIONS; turn++) {
    for (const extension of EXTENSIONS) code.jumpIf('r7', '==', extension, `extension ${turn}`);
    code.jump('transport').label(`extension ${turn}`).move('r2', 'r8');
    loadBytes(code, STACK.scratch, 2, 'pass');
    code
      .load('u8', 'r7', 'r10', STACK.scratch)
      .load('u8', 'r1', 'r10', STACK.scratch + 1)
      .compute('add', 'r1', 1)
      .compute('shiftLeft', 'r1', 3)
      .compute('add', 'r8', 'r1');
  }
}

/** Only TCP and UDP are ever sent as GSO packets; of a fragment that a raw socket sends there may be no header. */
function addTransport(code: Assembler): void {
  code
    .store('u64', 'r10', STACK.protocol, 'r7')
    .jumpIf('r7', '==', IPPROTO.tcp, 'tcp header')
    .jumpIf('r7', '!=', IPPROTO.udp, 'all headers')
    .compute('add', 'r8', UDP_HEADER)
    .jump('all headers')
    .label('tcp header')
    .move('r2', 'r8')
    .compute('add', 'r2', 12);
  loadBytes(code, STACK.scratch, 1, 'all headers');
  code
    .load('u8', 'r1', 'r10', STACK.scratch)
    .compute('shiftRight', 'r1', 4)
    .compute('shiftLeft', 'r1', 2)
    .compute('add', 'r8', 'r1')
    .label('all headers')
    .store('u64', 'r10', STACK.headers, 'r8');
}
