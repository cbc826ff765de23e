import type { CounterDelta } from '../../counters/delta.js';
import { missingColumns } from '../../counters/missing-columns.js';
import type { Snapshot } from '../../counters/snapshot.js';
import type { Isolation } from '../../measurement/isolation.js';
import type { Warning } from '../../measurement/measurement.js';
import type { Method } from '../../measurement/method.js';
import type { Count, Doubt, PastQueue } from '../../traffic/count.js';
import { fragmentsSent } from '../../traffic/tap/unseen-at-tap.js';
import { grouped } from '../../units.js';
import { bypassed, comeOrGone, uncounted } from './device-warnings.js';
import { tunnelWarnings } from './tunnel-warnings.js';
import { warning } from './warning.js';

/** Where, and by what, the numbers came about. */
export type Provenance = {
  readonly isolation: Isolation;
  /** The processes were there before: they cannot be run elsewhere. */
  readonly isAttached?: boolean | undefined;
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
  /** What programs of the command's had by devices. */
  readonly tunnels?: Count['tunnels'] | undefined;
  /** Octets of namespaces that the command has made, of which nobody has seen how they left. */
  readonly nestedUnsure?: number | undefined;
  /** Packets, others' too, that this machine dropped on its way out. */
  readonly dropped?: number | undefined;
  readonly stillOpen: number;
};

type About = Provenance & { readonly after: Snapshot; readonly delta: CounterDelta };

/** What the reader of the numbers must know about how they came about. */
export function runWarnings(after: Snapshot, delta: CounterDelta, provenance: Provenance): Warning[] {
  const about = { ...provenance, after, delta };
  return KINDS.flatMap((warningsOf) => warningsOf(about));
}

/** Of what is certain in a namespace of the command's own, where it can have one. */
const cureOf = ({ isolation, isAttached = false }: Pick<About, 'isolation' | 'isAttached'>): string =>
  isolation.kind === 'host' && !isAttached ? ' (cure: --isolation veth)' : '';

const nestedUncertain = (octets: number, cure: string) =>
  warning(
    'NESTED_UNCERTAIN',
    `up to ${grouped(octets)} B are of network namespaces that the command has made, and it is not known how they left: what a program carries (slirp4netns, pasta, a VPN) is counted twice, what stayed among them once too often${cure}`,
  );

const droppedHere = (count: number) => {
  const packets = count === 1 ? '1 packet' : `${count} packets`;
  return warning(
    'DROPPED_ON_THE_WAY',
    `this machine dropped ${packets} at its own links while the command ran: what the command sent of them is counted, and has not arrived`,
  );
};

/** In the order in which they are said, each with what it takes to say it. */
const KINDS: readonly ((about: About) => readonly Warning[])[] = [
  ({ isolation, method, isLoopbackLost }) => [
    ...(isolation.kind === 'veth' && method.name === 'proc-estimate' ? [QUEUE_LOST] : []),
    ...(isLoopbackLost && method.name === 'qdisc' ? [LOOPBACK_QUEUE_LOST] : []),
  ],
  ({ isolation, delta }) => {
    const fragments = fragmentsSent(delta);
    if (isolation.kind !== 'user-mode' || isolation.tool !== 'pasta' || fragments === 0) return [];
    const message = `datagrams larger than the MTU went out as ${fragments} fragments, which pasta does not carry: the other side may have got less (cure: a smaller datagram, or sudo)`;
    return [warning('FRAGMENTS_DROPPED', message)];
  },
  ({ sentPastIp = 0 }) =>
    sentPastIp > 0
      ? [warning('PAST_IP', `${grouped(sentPastIp)} B were sent by packet sockets, past IP: they are in no number`)]
      : [],
  ({ beside = [] }) => beside.map(uncounted),
  ({ tunnels, ...about }) => (tunnels ? tunnelWarnings(tunnels, cureOf(about)) : []),
  ({ nestedUnsure = 0, ...about }) => (nestedUnsure > 0 ? [nestedUncertain(nestedUnsure, cureOf(about))] : []),
  ({ dropped = 0 }) => (dropped > 0 ? [droppedHere(dropped)] : []),
  ({ method: { agreement } }) => {
    const { unexplained } = agreement ?? {};
    if (!unexplained || unexplained.in + unexplained.out === 0) return [];
    const message = `the links and the command’s sockets, counted apart, differ by ${grouped(unexplained.in)} B in and ${grouped(unexplained.out)} B out that nothing explains: the numbers can be off by these`;
    return [warning('COUNTS_DISAGREE', message)];
  },
  ({ doubt, method }) =>
    doubt ? [warning('PACKETS_UNCOUNTED', `${DOUBTS[doubt]}: ${boundText(method.errorBound.in)}`)] : [],
  ({ past = [] }) => past.map(bypassed),
  ({ isolation, delta, method }) =>
    Object.entries(delta.devices)
      // Others make and remove devices beside the command's.
      .filter(([device]) => !('devices' in isolation) || isolation.devices.includes(device))
      .flatMap(([device, { kind }]) => comeOrGone(device, kind, method)),
  ({ delta: { resets } }) =>
    resets.map(({ counter, before, after }) =>
      warning('COUNTER_RESET', `${counter} went down from ${before} to ${after}: its increase is unknown`),
    ),
  ({ after }) => {
    const missing = missingColumns(after);
    return missing.length > 0 ? [warning('COUNTERS_MISSING', `this kernel does not count ${missing.join(', ')}`)] : [];
  },
  ({ stillOpen }) => {
    if (stillOpen === 0) return [];
    const which = stillOpen === 1 ? '1 connection was' : `${stillOpen} connections were`;
    const message = `${which} still open when the wait for bytes in flight was over (--linger): some may be missing`;
    return [warning('STILL_OPEN', message)];
  },
];

const QUEUE_LOST = warning(
  'QUEUE_LOST',
  'a counting queue was refused, removed or replaced: wire octets are estimated from /proc',
);
const LOOPBACK_QUEUE_LOST = warning(
  'LOOPBACK_QUEUE_LOST',
  'the queue of lo was removed or replaced: wire octets of loopback are unknown',
);

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
