import type { Assembler } from '../../../linux/bpf/assembler.js';
import { IPPROTO } from '../../../linux/ip/ip-protocols.js';
import { LOOPBACK_DEVICE, PACKET, SOCKET } from '../packet-context.js';
import type { MeterMaps } from '../program-maps.js';

/** The kernel gives no device this number. */
const NO_DEVICE = 0;

type KnownPlaces = Pick<MeterMaps, 'places' | 'network' | 'outer'>;

/** Goes on with packets of the run's own namespace alone, by a device that leads out. */
export function goUnlessOutside(code: Assembler, { places, network, outer = [] }: KnownPlaces, other: string): void {
  code.load('u32', 'r1', 'r6', PACKET.device);
  if (places) {
    goUnlessBy(code, places.external, other);
    return;
  }
  code.jumpIf('r1', '==', LOOPBACK_DEVICE, other);
  if (network === undefined) return;
  code
    .move('r1', 'r6')
    .call('get_netns_cookie')
    .moveWide('r1', network)
    .jumpIf('r0', '!=', 'r1', other)
    .load('u32', 'r1', 'r6', PACKET.device);
  goUnlessBy(code, outer, other);
}

/** r1: the device's number. Code that nothing leads to is refused: where there is no such device, it is for one that nobody has. */
function goUnlessBy(code: Assembler, devices: readonly number[], other: string): void {
  const outside = code.newLabel('outside');
  for (const index of devices.length > 0 ? devices : [NO_DEVICE]) code.jumpIf('r1', '==', index, outside);
  code.jump(other).label(outside);
}

/** A raw socket has its protocol's number for a port (inet_create()); of what it receives more is noted. */
export const goIfRaw = (code: Assembler, other: string): Assembler =>
  code
    .load('u64', 'r1', 'r6', PACKET.socket)
    .jumpIf('r1', '==', 0, other)
    .load('u32', 'r1', 'r1', SOCKET.localPort)
    .jumpIf('r1', '==', IPPROTO.tcp, other);
