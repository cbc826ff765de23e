import type { Assembler } from '../../../linux/bpf/assembler.js';
import { IPPROTO } from '../../../linux/ip/ip-protocols.js';
import { EXTENSION } from '../packet-context.js';
import { forget, STACK } from '../program-frame.js';

/** What fits a GSO packet's first segment; more extension headers than these are none of a usual packet. */
const MOST_EXTENSIONS = 4;
const UDP_HEADER = 8;
/** In IPv4's header: where a fragment begins (RFC 791). Only raw sockets send any here. */
const FRAGMENT_OFFSET = 0x1fff;
/** What was seen of the extension headers: a routing header, and destination options behind it, which are of the payload. */
const [ROUTED, ENDED] = [1, 2];
/** Octets that are read of a header: ports, and of TCP's all up to its flags. */
const PORTS = 4;
const TCP_UP_TO_FLAGS = 14;

/** Reads `size` octets of the packet at `r2` to `place` on the stack; a packet that is too short passes uncounted. */
function loadBytes(code: Assembler, place: number, size: number, tooShort: string): void {
  code
    .move('r1', 'r6')
    .placeOnStack('r3', place)
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
  code.load('u8', 'r7', 'r10', STACK.header).compute('shiftRight', 'r7', 4);
  code.jumpIf('r7', '==', 6, 'version 6');
  code
    .load('u8', 'r8', 'r10', STACK.header)
    .compute('and', 'r8', 15)
    .compute('shiftLeft', 'r8', 2)
    .store('u64', 'r10', STACK.repeated, 'r8')
    .load('u8', 'r7', 'r10', STACK.header + 9)
    .load('u16', 'r9', 'r10', STACK.header + 6)
    .swapBytes('r9', 16)
    .compute('and', 'r9', FRAGMENT_OFFSET)
    .jump('transport');
  code.label('version 6').move('r2', 20);
  loadBytes(code, STACK.header + 20, 20, 'pass');
  code
    .move('r9', 0)
    .move('r8', 40)
    .load('u8', 'r7', 'r10', STACK.header + 6);
  skipExtensions(code);
  addTransport(code.label('transport'));
}

/** r7: the next header's kind; r8: where it is. r9: whether a routing header was seen, and destination options behind it. */
function skipExtensions(code: Assembler): void {
  for (let turn = 0; turn < MOST_EXTENSIONS; turn++) {
    const here = `extension ${turn}`;
    code
      .jumpIf('r7', '==', EXTENSION.hopByHop, here)
      .jumpIf('r7', '==', EXTENSION.routing, `routing ${turn}`)
      .jumpIf('r7', '!=', EXTENSION.destination, 'repeated up to here')
      .jumpIf('r9', '!=', ROUTED, here)
      .store('u64', 'r10', STACK.repeated, 'r8')
      .move('r9', ENDED)
      .jump(here)
      .label(`routing ${turn}`)
      .jumpIf('r9', '==', ENDED, here)
      .move('r9', ROUTED)
      .label(here)
      .move('r2', 'r8');
    loadBytes(code, STACK.scratch, 2, 'pass');
    code
      .load('u8', 'r7', 'r10', STACK.scratch)
      .load('u8', 'r1', 'r10', STACK.scratch + 1)
      .compute('add', 'r1', 1)
      .compute('shiftLeft', 'r1', 3)
      .compute('add', 'r8', 'r1');
  }
  code
    .label('repeated up to here')
    .jumpIf('r9', '==', ENDED, 'repeated known')
    .store('u64', 'r10', STACK.repeated, 'r8')
    .label('repeated known')
    .move('r9', 0);
}

/** Only TCP and UDP are ever sent as GSO packets; of a fragment that a raw socket sends there may be no header. r9: where it begins. */
function addTransport(code: Assembler): void {
  code
    .store('u64', 'r10', STACK.transport, 0)
    .store('u64', 'r10', STACK.transport + 8, 0)
    .jumpIf('r9', '!=', 0, 'all headers')
    .jumpIf('r7', '==', IPPROTO.tcp, 'tcp header')
    .jumpIf('r7', '!=', IPPROTO.udp, 'all headers')
    .move('r2', 'r8');
  loadBytes(code, STACK.transport, PORTS, 'all headers');
  code.compute('add', 'r8', UDP_HEADER).jump('all headers').label('tcp header').move('r2', 'r8');
  loadBytes(code, STACK.transport, TCP_UP_TO_FLAGS, 'all headers');
  code
    .load('u8', 'r1', 'r10', STACK.transport + 12)
    .compute('shiftRight', 'r1', 4)
    .compute('shiftLeft', 'r1', 2)
    .compute('add', 'r8', 'r1')
    .label('all headers')
    .store('u64', 'r10', STACK.headers, 'r8');
  forget(code, 'r7', 'r1').store('u64', 'r10', STACK.protocol, 'r7').load('u8', 'r7', 'r10', STACK.header);
  code.compute('shiftRight', 'r7', 4).store('u64', 'r10', STACK.version, 'r7');
}
