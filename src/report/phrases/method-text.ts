import type { Isolation } from '../../measurement/isolation.js';
import type { Attached, Measurement } from '../../measurement/measurement.js';
import { exact } from '../format-octets.js';
import { visible } from '../visible.js';

/** How the numbers were obtained, how far they can be off, and where the command ran. */
export function methodText({ method, isolation, command, contamination }: Measurement): string {
  if (method.name === 'none') return `nothing can get in or out (${placeOf(isolation)})`;
  // Others may be in the number, which says nothing of how near it is to the command's own.
  const isAlone = !contamination || contamination.grade === 'clean';
  const { in: boundIn, out: boundOut } = method.errorBound;
  const because = method.reasons ? ` (${method.reasons.map(visible).join('; ')})` : '';
  const bound =
    boundIn === null || boundOut === null
      ? `error unknown${because}`
      : boundIn + boundOut === 0
        ? isAlone
          ? 'exact'
          : 'exact for all of them'
        : `±${exact(boundIn)} B in, ±${exact(boundOut)} B out${because}`;
  const whose = isAlone ? '' : ' for the whole network namespace';
  return `IP bytes ${countedBy(method, command.attached)}${whose}, ${bound} (${placeOf(isolation)})`;
}

function countedBy({ name }: Measurement['method'], attached: Attached | undefined): string {
  switch (name) {
    case 'qdisc':
      return 'counted on the wire';
    case 'cgroup':
      return `counted at the sockets of ${attached ? socketsOf(attached) : 'the command’s tree'}`;
    case 'proc-estimate':
      return 'computed from /proc';
    case 'tap':
      return 'counted at the tap';
    case 'none':
      return 'none';
    default:
      return name satisfies never;
  }
}

function socketsOf({ metered, pid, cgroup }: Attached): string {
  const group = `the control group ${visible(cgroup ?? '')}`;
  return metered === 'tree' ? `process ${pid} and its descendants, in ${group}` : group;
}

function placeOf(isolation: Isolation): string {
  switch (isolation.kind) {
    case 'veth':
      return `veth, MTU ${isolation.mtu}`;
    case 'user-mode':
      return `user-mode by ${isolation.tool}, MTU ${isolation.mtu}`;
    case 'host':
      return `host, ${namesOf(isolation.devices)}`;
    case 'join':
      return `${netnsText(isolation.netns)}, ${namesOf(isolation.devices)}`;
    case 'offline':
      return 'offline';
    default:
      return isolation satisfies never;
  }
}

/** `pid 1234` is a process; a name or a path stays what it is. */
const netnsText = (netns: string) =>
  `network namespace ${/^pid \d+$/.test(netns) ? netns.replace('pid', 'of process') : visible(netns)}`;

/** Devices may be called as anybody likes who makes them. */
const namesOf = (devices: readonly string[]) => devices.map(visible).join(', ') || 'no device';
