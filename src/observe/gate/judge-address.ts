import type { Assembler } from '../../linux/bpf/assembler.js';
import { DNS_PORT } from '../../linux/ip/service-ports.js';
import { ATTEMPT, ATTEMPT_KEY, EXEMPT, type GateMaps, PLACES, RANGE } from './gate-layout.js';

const ADDRESS = PLACES.attempt + ATTEMPT_KEY.address;

/** Writes the destination as an IPv4 address; `load` leaves its four octets, as the network has them, in r1. */
export const writeIpv4 = (code: Assembler, load: (code: Assembler) => Assembler): Assembler =>
  load(
    code
      .store('u32', 'r10', ADDRESS, 0)
      .store('u32', 'r10', ADDRESS + 4, 0)
      .store('u32', 'r10', ADDRESS + 8, -65536),
  ).store('u32', 'r10', ADDRESS + 12, 'r1');

/** Writes it as an IPv6 address; `load` leaves the four octets at an offset of it in r1. */
export function writeIpv6(code: Assembler, load: (code: Assembler, at: number) => Assembler): Assembler {
  for (const at of [0, 4, 8, 12]) load(code, at).store('u32', 'r10', ADDRESS + at, 'r1');
  return code;
}

/**
 * Goes on where the destination at {@link PLACES.attempt} may be reached, else to a label: where it is denied, or others are
 * allowed alone. What is exempt is left alone. r0 to r5 are lost.
 */
export function judgeAddress(code: Assembler, gate: GateMaps, refused: string): void {
  const [reached, listed] = [code.newLabel('reached'), code.newLabel('listed')];
  for (const at of [0, 4, 8, 12])
    code.load('u32', 'r1', 'r10', ADDRESS + at).store('u32', 'r10', PLACES.range + RANGE.address + at, 'r1');
  code.store('u32', 'r10', PLACES.range + RANGE.bits, 128);
  code
    .lookUp(gate.exempt, PLACES.range)
    .jumpIf('r0', '==', 0, listed)
    .load('u32', 'r1', 'r0', 0)
    .jumpIf('r1', '==', EXEMPT.any, reached)
    .load('u16', 'r1', 'r10', PLACES.attempt + ATTEMPT_KEY.port)
    .swapBytes('r1', 16)
    .jumpIf('r1', '==', DNS_PORT, reached)
    .label(listed);
  code.lookUp(gate.denied, PLACES.range).jumpIf('r0', '!=', 0, refused);
  if (gate.allowsListedAlone) code.lookUp(gate.allowed, PLACES.range).jumpIf('r0', '==', 0, refused);
  code.label(reached);
}

/**
 * Remembers the destination as one that was refused. Where there is no room it is not listed.
 * @param count leaves in r1 the octets of the packet; none: it was refused before there was one. r0 to r5 are lost.
 */
export function noteAttempt(code: Assembler, { attempts }: GateMaps, octets: (code: Assembler) => Assembler): void {
  const [known, noted] = [code.newLabel('known'), code.newLabel('noted')];
  code.lookUp(attempts, PLACES.attempt).jumpIf('r0', '!=', 0, known);
  octets(code)
    .store('u64', 'r10', PLACES.count + ATTEMPT.at.octets, 'r1')
    .store('u64', 'r10', PLACES.count + ATTEMPT.at.packets, 1)
    .update(attempts, PLACES.attempt, PLACES.count)
    .jump(noted)
    .label(known);
  octets(code)
    .atomicAdd('r0', ATTEMPT.at.octets, 'r1')
    .move('r1', 1)
    .atomicAdd('r0', ATTEMPT.at.packets, 'r1')
    .label(noted);
}
