import type { CounterDelta } from '../counters/delta.js';
import type { Protocol } from '../measurement/traffic.js';

/** TCP's counters, which are of both address families (RFC 4022; TcpExt: include/uapi/linux/snmp.h). */
export function tcpHealth(delta: Pick<CounterDelta, 'snmp' | 'snmp6' | 'netstat' | 'devices'>): Protocol['tcp'] {
  const tcp = delta.snmp['Tcp'] ?? {};
  const more = delta.netstat['TcpExt'] ?? {};
  return {
    segmentsIn: tcp['InSegs'] ?? null,
    segmentsOut: tcp['OutSegs'] ?? null,
    retransmittedSegments: tcp['RetransSegs'] ?? null,
    synRetransmits: more['TCPSynRetrans'] ?? null,
    retransmitTimeouts: more['TCPTimeouts'] ?? null,
    resetsSent: tcp['OutRsts'] ?? null,
    resetsReceived: resetsReceived(delta),
    establishedResets: tcp['EstabResets'] ?? null,
    connectionsOpened: tcp['ActiveOpens'] ?? null,
    connectionsAccepted: tcp['PassiveOpens'] ?? null,
    connectionsFailed: tcp['AttemptFails'] ?? null,
    connectionsRefused: connectionsRefused(delta),
    connectionsTimedOut: more['TCPAbortOnTimeout'] ?? null,
    listenOverflows: more['ListenOverflows'] ?? null,
    listenDrops: more['ListenDrops'] ?? null,
    checksumErrors: tcp['InCsumErrors'] ?? null,
  };
}

/**
 * Established connections that the other side reset, at least. The kernel counts what went straight to CLOSE
 * (EstabResets, tcp_set_state()): a reset that came, but also a close with unread data, a linger of zero, a listener
 * closed with connections waiting. Each of those sends a reset itself (OutRsts), which over loopback arrives here too;
 * only a timeout does not.
 */
function resetsReceived({ snmp, netstat, devices }: Pick<CounterDelta, 'snmp' | 'netstat' | 'devices'>): number | null {
  const { EstabResets: gone, OutRsts: sent } = snmp['Tcp'] ?? {};
  const timedOut = netstat['TcpExt']?.['TCPAbortOnTimeout'];
  if (gone === 0) return 0;
  if (gone === undefined || sent === undefined || timedOut === undefined) return null;
  const lo = devices['lo'];
  const isLoopbackStill = lo?.kind === 'present' && lo.counters['rxPackets'] === 0;
  return Math.max(0, gone - sent * (isLoopbackStill ? 1 : 2) - timedOut);
}

/**
 * Connects that a reset answered; null where AttemptFails can be something else: a connect that timed out (which takes
 * repeated SYNs), one that an ICMP error ended, or a half-open connection to a listener here that was reset.
 */
function connectionsRefused({ snmp, snmp6, netstat }: Pick<CounterDelta, 'snmp' | 'snmp6' | 'netstat'>): number | null {
  const failed = snmp['Tcp']?.['AttemptFails'];
  if (failed === undefined || failed === 0) return failed ?? null;
  const { TCPAbortOnTimeout: timedOut, TCPSynRetrans: repeated, EmbryonicRsts: halfOpen } = netstat['TcpExt'] ?? {};
  const unreachable = snmp['Icmp']?.['InDestUnreachs'];
  const unreachable6 = snmp6 ? snmp6['Icmp6InDestUnreachs'] : 0;
  const isRefused = (timedOut === 0 || repeated === 0) && halfOpen === 0 && unreachable === 0 && unreachable6 === 0;
  return isRefused ? failed : null;
}
