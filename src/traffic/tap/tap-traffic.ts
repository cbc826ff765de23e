import type { CounterDelta, Increments } from '../../counters/delta.js';
import type { Isolation } from '../../measurement/isolation.js';
import type { InOut, Layers } from '../../measurement/traffic.js';
import { ETHERNET_HEADER, ipOctets, linkBytes, packets } from '../../units.js';
import type { Count } from '../count.js';
import { deviceLoopback } from '../loopback.js';
import type { WireDelta } from '../queue-delta.js';
import { endedUnread, lostAtHost } from './lost-at-host.js';
import { fragmentsSent, unseenAtTap } from './unseen-at-tap.js';

/** TCP's timestamps (RFC 7323): the transport's segments on the wire have them, those on its tap have not. */
const TIMESTAMPS = 12;

/**
 * How far a direction's octets are from the wire's, as a share: the transport's own connections cut their segments elsewhere.
 * slirp4netns may cut each segment of an upload in two. Measured by test/namespace/user-mode.test.ts.
 */
const SEGMENTING_ERROR = { pasta: 0.01, slirp4netns: 0.05 } as const;

/** The octets of a segment that only acknowledges: the wire has none to one of them for each that carries data. */
const ACKNOWLEDGEMENT = 72;

const UNREAD = 'connections of this host ended before all that had come for them was read';

/** The namespace's counters, and what the host received meanwhile. */
type Counted = { readonly wire: WireDelta; readonly delta: CounterDelta };

type UserMode = Extract<Isolation, { kind: 'user-mode' }>;

/**
 * Traffic of a namespace whose packets a program carries through a tap. A tap is handed no GSO packets: the device's
 * bytes are those of single frames. The IP layer's octets are the tap's; the wire's have the wire's larger TCP headers.
 */
export function tapTraffic({ tool, mtu }: Pick<UserMode, 'tool' | 'mtu'>, device: string, counted: Counted): Count {
  const { wire, delta } = counted;
  const link = counters(device, delta);
  const segments = tcpSegments(link, delta);
  const external = {
    in: layersOf(link['rxBytes'], link['rxPackets'], segments.in),
    out: layersOf(link['txBytes'], link['txPackets'], segments.out),
  };
  const data = dataSegments(link, delta);
  // What the namespace retransmitted was lost between it and the transport; what the host did has crossed the wire once more.
  const again = (delta.snmp['Tcp']?.['RetransSegs'] ?? 0) + (wire['host.retransmitted']?.packets ?? 0);
  const retransmitted = again * mtu;
  const unseen = unseenAtTap(wire, delta);
  // pasta takes no fragments: it drops them, or carries the first as if it were all (RFC 791).
  const mangled = tool === 'pasta' ? fragmentsSent(delta) * mtu : 0;
  const lost = lostAtHost(wire, {
    mtu,
    octets: { in: external.in.wireOctets ?? 0, out: external.out.wireOctets ?? 0 },
  });
  const bound = ({ wireOctets }: Layers, acknowledged: number, more: number) =>
    wireOctets === null ? null : Math.ceil(wireOctets * SEGMENTING_ERROR[tool] + acknowledged * ACKNOWLEDGEMENT + more);
  return {
    traffic: { external, loopback: deviceLoopback(delta) },
    method: {
      name: 'tap',
      errorBound: {
        in: bound(external.in, data.out, unseen.in + lost.in),
        out: bound(external.out, data.in, retransmitted + unseen.out + mangled + lost.out),
      },
      packetsIn: 'device',
      ...(endedUnread(wire) && { reasons: [UNREAD] }),
    },
  };
}

/** Segments that crossed the tap and are larger on the wire: not those of loopback, which TCP counts too, nor SYN and RST. */
function tcpSegments(link: Increments, delta: CounterDelta): InOut<number> {
  const tcp = delta.snmp['Tcp'] ?? {};
  const loop = counters('lo', delta);
  const count = (name: string) => tcp[name] ?? 0;
  const sent = count('OutSegs') + count('RetransSegs') - count('ActiveOpens') - count('OutRsts');
  const crossed = (all: number, looped = 0, frames = 0) => Math.max(0, Math.min(all - looped, frames));
  return {
    in: crossed(count('InSegs'), loop['rxPackets'], link['rxPackets']),
    out: crossed(sent, loop['txPackets'], link['txPackets']),
  };
}

/** At most so many segments crossed the tap with data, which the other side acknowledges. */
function dataSegments(link: Increments, { snmp, netstat }: CounterDelta): InOut<number> {
  const tcp = snmp['Tcp'] ?? {};
  const { TCPPureAcks, TCPHPAcks, TCPOrigDataSent } = netstat['TcpExt'] ?? {};
  const framesIn = link['rxPackets'] ?? 0;
  const framesOut = link['txPackets'] ?? 0;
  const received = (tcp['InSegs'] ?? framesIn) - (TCPPureAcks ?? 0) - (TCPHPAcks ?? 0);
  const sent = (TCPOrigDataSent ?? framesOut) + (tcp['RetransSegs'] ?? 0);
  return { in: Math.max(0, Math.min(received, framesIn)), out: Math.min(sent, framesOut) };
}

function layersOf(bytes: number | undefined, frames: number | undefined, segments: number): Layers {
  const octets = bytes === undefined || frames === undefined ? undefined : bytes - ETHERNET_HEADER * frames;
  return {
    wireOctets: octets === undefined ? null : ipOctets(octets + TIMESTAMPS * segments),
    ipOctets: octets === undefined ? null : ipOctets(octets),
    linkBytes: bytes === undefined ? null : linkBytes(bytes),
    packets: frames === undefined ? null : packets(frames),
  };
}

function counters(device: string, delta: CounterDelta): Increments {
  const found = delta.devices[device];
  return found && found.kind !== 'vanished' ? found.counters : {};
}
