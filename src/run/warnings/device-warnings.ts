import type { CounterDelta } from '../../counters/delta.js';
import type { Warning } from '../../measurement/measurement.js';
import type { Method } from '../../measurement/method.js';
import type { Count, PastQueue } from '../../traffic/count.js';
import { grouped } from '../../units.js';
import { warning } from './warning.js';

/** A device that has no place in the numbers. */
export function uncounted({ device, ...each }: NonNullable<Count['beside']>[number]): Warning {
  const moved =
    each.in === null || each.out === null
      ? 'bytes that are unknown'
      : `${grouped(each.in)} B in and ${grouped(each.out)} B out`;
  const message = `${device} carried ${moved} between this namespace and others of this machine (containers, virtual machines, programs): they are in no number, and may be the command’s (cure: run as root, where each device counts)`;
  return warning('UNCOUNTED_DEVICE', message);
}

/** A queue that did not see all. */
export function bypassed({ device, octets }: PastQueue): Warning {
  const message = `at least ${grouped(octets)} B crossed ${device} past the queue that counts (a packet socket with PACKET_QDISC_BYPASS, or the queue was replaced): its bytes are unknown`;
  return warning('QUEUE_BYPASSED', message);
}

/** A device that was not there all the time. */
export function comeOrGone(device: string, kind: CounterDelta['devices'][string]['kind'], { name }: Method): Warning[] {
  if (kind === 'vanished')
    return [warning('DEVICE_VANISHED', `device ${device} was removed during the run: its bytes are unknown`)];
  // Queues, taps and sockets count none but their own.
  if (kind === 'appeared' && name === 'proc-estimate')
    return [warning('DEVICE_APPEARED', `the command made device ${device}: what it carried may be counted twice`)];
  return [];
}
