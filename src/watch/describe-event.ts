import { duration } from '../report/format-octets.js';
import { visible } from '../report/visible.js';
import type { WatchEvent } from './records/record.js';

/** What happened, for people. One device has many counters: its reset is reported once. */
export const describeEvents = (events: readonly WatchEvent[]): string[] => [
  ...new Set(events.map((event) => visible(describe(event)))),
];

const often = (times: number) => (times === 1 ? '' : ` ${times} times`);

function describe(event: WatchEvent): string {
  switch (event.kind) {
    case 'reboot':
      return `reboot: counted from the start of the machine, unknown before${event.unseenMs === null ? '' : ` (${duration(event.unseenMs)})`}`;
    case 'other-namespace':
      return 'other network namespace: nothing to subtract from';
    case 'counter-reset':
      return `${event.counter.replace(/\.\w+$/, '')} counter reset: unknown`;
    case 'too-large':
      return 'a counter jumped: unknown';
    case 'device-appeared':
      return `${event.device} appeared`;
    case 'device-vanished':
      return `${event.device} vanished: its last bytes are unknown`;
    case 'device-replaced':
      return `${event.device} was replaced: its last bytes are unknown`;
    case 'device-renamed':
      return `${event.before} is now ${event.device}`;
    case 'gap':
      return `gap: no sample for ${duration(event.ms)}`;
    case 'suspended':
      return `the machine slept for ${duration(event.ms)}`;
    case 'counting-began':
      return `counted anew: unknown before${event.unseenMs === null ? '' : ` (${duration(event.unseenMs)})`}`;
    case 'cgroup-vanished':
      return `the control group vanished${often(event.times)}`;
    case 'cgroup-appeared':
      return `the control group appeared${often(event.times)}${event.late > 0 ? ': its first bytes may be missing' : ''}`;
    default:
      return event satisfies never;
  }
}
