import type { Warning } from '../../measurement/measurement.js';
import type { Tunnels } from '../../traffic/count.js';
import { grouped } from '../../units.js';

/** What the reader must know of the TUN and TAP devices that programs of the command's had the other ends of. @param cure may be empty */
export function tunnelWarnings({ devices, isComplete }: Tunnels, cure: string): Warning[] {
  const unheard = { code: 'TUNNELS_UNKNOWN', message: UNHEARD };
  return [
    ...devices.slice(0, SHOWN).map((device) => forwarded(device, cure)),
    ...(devices.length > SHOWN ? [{ code: 'TUNNEL_FORWARDED', message: MORE(devices.length - SHOWN) }] : []),
    ...(isComplete ? [] : [unheard]),
  ];
}

/** A job may make ever new ones. */
const SHOWN = 10;
const MORE = (count: number) => `so did ${count} more, whose bytes are in the bound too`;

const UNHEARD =
  'more devices came and went than netmeter could hear of: what a TUN or TAP device of the command’s has carried is not known';

function forwarded({ device, isCertain, isBridged, ...octets }: Tunnels['devices'][number], cure: string): Warning {
  const moved =
    octets.in === null || octets.out === null
      ? 'bytes that are unknown'
      : `${grouped(octets.in)} B in and ${grouped(octets.out)} B out`;
  const whose = isCertain ? 'of the command’s' : 'that may be the command’s';
  const way = isBridged ? 'a bridge' : 'this machine';
  const message = `${device}, a TUN or TAP device ${whose}, carried ${moved}, which ${way} may have forwarded: no socket has sent or received them, and they are in no number${cure}`;
  return { code: 'TUNNEL_FORWARDED', message };
}
