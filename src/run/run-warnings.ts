import type { CounterDelta } from '../counters/delta.js';
import { missingColumns } from '../counters/missing-columns.js';
import type { Snapshot } from '../counters/snapshot.js';
import type { Isolation } from '../measurement/isolation.js';
import type { Warning } from '../measurement/measurement.js';
import type { Method } from '../measurement/method.js';
import type { Count, Doubt, PastQueue } from '../traffic/count.js';
import { fragmentsSent } from '../traffic/tap/unseen-at-tap.js';
import { grouped } from '../units.js';

/** Where, and by what, the numbers came about. */
export type Provenance = {
  readonly isolation: Isolation;
  readonly method: Method;
  /** Links that carried frames past the queue that counts. */
  readonly past?: readonly PastQueue[] | undefined;
  /** Why packets in could not be counted. */
  readonly doubt?: Doubt | undefined;
  /** The queue of loopback has not counted all the time. */
  readonly isLoopbackLost?: boolean | undefined;
  /** Octets that the command has sent past IP. */
  readonly sentPastIp?: number | undefined;
  /** What went by devices that are not counted. */
  readonly beside?: Count['beside'] | undefined;
  /** Octets of namespaces that the command has made, of which nobody has seen how they left. */
  readonly nestedUnsure?: number | undefined;
  /** Packets, of everybody, that this machine dropped on its way out. */
  readonly dropped?: number | undefined;
  readonly stillOpen: number;
};

/** What the reader of the numbers must know about how they came about. */
export function runWarnings(after: Snapshot, delta: CounterDelta, provenance: Provenance): Warning[] {
  const {
    isolation,
    method,
    past = [],
    doubt,
    isLoopbackLost = false,
    sentPastIp = 0,
    nestedUnsure = 0,
    beside = [],
    stillOpen,
    dropped = 0,
  } = provenance;
  const warnings: Warning[] = [];
  const warn = (code: string, message: string) => warnings.push({ code, message });
  if (isolation.kind === 'veth' && method.name === 'proc-estimate') {
    warn('QUEUE_LOST', 'a counting queue was refused, removed or replaced: wire octets are estimated from /proc');
  }
  if (isLoopbackLost && method.name === 'qdisc') {
    warn('LOOPBACK_QUEUE_LOST', 'the queue of lo was removed or replaced: wire octets of loopback are unknown');
  }
  const fragments = fragmentsSent(delta);
  if (isolation.kind === 'user-mode' && isolation.tool === 'pasta' && fragments > 0) {
    warn(
      'FRAGMENTS_DROPPED',
      `datagrams larger than the MTU went out as ${fragments} fragments, which pasta does not carry: the other side may have got less (cure: a smaller datagram, or sudo)`,
    );
  }
  if (sentPastIp > 0)
    warn('PAST_IP', `${grouped(sentPastIp)} B were sent by packet sockets, past IP: they are in no number`);
  for (const each of beside) {
    const moved =
      each.in === null || each.out === null
        ? 'bytes that are unknown'
        : `${grouped(each.in)} B in and ${grouped(each.out)} B out`;
    warn(
      'UNCOUNTED_DEVICE',
      `${each.device} carried ${moved} between this namespace and others of this machine (containers, virtual machines, programs): they are in no number, and may be the command’s (cure: run as root, where each device counts)`,
    );
  }
  if (nestedUnsure > 0) {
    warn(
      'NESTED_UNCERTAIN',
      `up to ${grouped(nestedUnsure)} B are of network namespaces that the command has made, and it is not known how they left: what a program carries (slirp4netns, pasta, a VPN) is counted twice, what stayed among them once too often (cure: --isolation veth)`,
    );
  }
  if (dropped > 0) {
    const packets = dropped === 1 ? '1 packet' : `${dropped} packets`;
    warn(
      'DROPPED_ON_THE_WAY',
      `this machine dropped ${packets} at its own links while the command ran: what the command sent of them is counted, and has not arrived`,
    );
  }
  const { unexplained } = method.agreement ?? {};
  if (unexplained && unexplained.in + unexplained.out > 0) {
    warn(
      'COUNTS_DISAGREE',
      `the links and the command’s sockets, counted apart, differ by ${grouped(unexplained.in)} B in and ${grouped(unexplained.out)} B out that nothing explains: the numbers can be off by these`,
    );
  }
  if (doubt) warn('PACKETS_UNCOUNTED', `${DOUBTS[doubt]}: ${boundText(method.errorBound.in)}`);
  for (const { device, octets } of past) {
    warn(
      'QUEUE_BYPASSED',
      `at least ${grouped(octets)} B crossed ${device} past the queue that counts (a packet socket with PACKET_QDISC_BYPASS, or the queue was replaced): its bytes are unknown`,
    );
  }
  for (const [device, { kind }] of Object.entries(delta.devices)) {
    // Others make and remove devices beside the command's.
    if ('devices' in isolation && !isolation.devices.includes(device)) continue;
    if (kind === 'vanished')
      warn('DEVICE_VANISHED', `device ${device} was removed during the run: its bytes are unknown`);
    if (kind === 'appeared')
      warn('DEVICE_APPEARED', `the command made device ${device}: what it carried may be counted twice`);
  }
  for (const { counter, before, after: now } of delta.resets) {
    warn('COUNTER_RESET', `${counter} went down from ${before} to ${now}: its increase is unknown`);
  }
  const missing = missingColumns(after);
  if (missing.length > 0) warn('COUNTERS_MISSING', `this kernel does not count ${missing.join(', ')}`);
  if (stillOpen > 0) {
    const which = stillOpen === 1 ? '1 connection was' : `${stillOpen} connections were`;
    warn(
      'STILL_OPEN',
      `${which} still open when the wait for bytes in flight was over (--linger): some may be missing`,
    );
  }
  return warnings;
}

const DOUBTS = {
  'own-devices': 'the command made network devices, whose packets the IP layer counts with those that came in',
  'loopback-queue':
    'the queue of lo was removed or replaced, and packets on loopback cannot be distinguished from those that came in',
  contradiction: 'the IP layer counted other packets than the link can have carried',
} as const satisfies Record<Doubt, string>;

const boundText = (bound: number | null) =>
  bound === null
    ? 'how many bytes came in is unknown'
    : `packets in are computed from bytes and headers, and the bytes in can be off by ${grouped(bound)} B`;
