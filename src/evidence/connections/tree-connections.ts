import { placeBy } from '../../attribution/place-address.js';
import { ConnectionLedger } from '../../attribution/remotes/connection-ledger.js';
import type { SeenConnections, TcpConnection } from '../../attribution/remotes/seen-connections.js';
import type { Scope } from '../../isolation/scope.js';
import type { Place } from '../../linux/bpf/program-slot.js';
import { TCP_STATE } from '../../linux/netlink/sock-diag.js';
import { type ConnectionEnd, ConnectionEnds } from '../../observe/connections/connection-ends.js';
import { connectionOf, listConnections } from './tcp-connections.js';

/** States behind which the peer's FIN has arrived, our own was acknowledged, and it was not sent. */
const FINISHED: readonly number[] = [TCP_STATE.CLOSE_WAIT, TCP_STATE.LAST_ACK, TCP_STATE.CLOSING];
const CLOSED_BY_US: readonly number[] = [TCP_STATE.FIN_WAIT2, TCP_STATE.CLOSING];
const OPEN: readonly number[] = [TCP_STATE.SYN_SENT, TCP_STATE.ESTABLISHED, TCP_STATE.CLOSE_WAIT];

/** The connections of the command's tree, by a program at its control group, where others live in the namespace too. */
export class TreeConnections implements Disposable {
  readonly #scope: Pick<Scope, 'sockDiag' | 'hostAddresses'>;
  readonly #ledger: ConnectionLedger;
  readonly #ends: ConnectionEnds;

  /** From now on each end is heard. @param group a descriptor of the tree's control group, or what runs programs for it. @returns undefined where none can be */
  static start(scope: Pick<Scope, 'sockDiag' | 'hostAddresses'>, group: number | Place): TreeConnections | undefined {
    const ledger = new ConnectionLedger({ place: placeBy(scope.hostAddresses ?? []), ownPorts: new Set() });
    const ends = ConnectionEnds.attach(group, (end) => ledger.end(endedConnection(end)));
    return ends && new TreeConnections(scope, ledger, ends);
  }

  private constructor(
    scope: Pick<Scope, 'sockDiag' | 'hostAddresses'>,
    ledger: ConnectionLedger,
    ends: ConnectionEnds,
  ) {
    this.#scope = scope;
    this.#ledger = ledger;
    this.#ends = ends;
  }

  /** When nothing of the command's is left. */
  async finish(): Promise<SeenConnections> {
    const isListed = await this.#list();
    this.#ends.drain();
    const isComplete = isListed && this.#ends.lost === 0;
    this[Symbol.dispose]();
    return this.#ledger.close(isComplete);
  }

  [Symbol.dispose](): void {
    this.#ends[Symbol.dispose]();
  }

  /** What is still open. @returns false where it could not be listed */
  async #list(): Promise<boolean> {
    const open = this.#ends.open();
    if (open.size === 0) return true;
    using diag = await this.#scope.sockDiag();
    if (!diag) return false;
    const ours = listConnections(diag).flatMap((socket) => {
      const role = open.get(socket.cookie);
      return role ? [{ ...connectionOf(socket), role }] : [];
    });
    this.#ledger.list(ours);
    return true;
  }
}

/** What is known of a connection at its end. Payload that left is known to the octet unless a FIN may have. */
export function endedConnection(end: ConnectionEnd): TcpConnection {
  const { role, oldState, local, remote, bytesReceived, bytesAcked, bytesInFlight, retransmitted, rtt } = end;
  const wasFinished = FINISHED.includes(oldState);
  const hasData = end.dataSegsIn > 0 || bytesReceived > 1;
  const finAcked = CLOSED_BY_US.includes(oldState) || (oldState === TCP_STATE.LAST_ACK && bytesInFlight === 0);
  // SYN and FIN are acknowledged like bytes. The SYN of who was asked is not counted.
  const how = howEnded(end, finAcked);
  const flags = Number(role === 'client' && bytesAcked > 0) + Number(finAcked);
  const out = oldState === TCP_STATE.SYN_SENT ? 0 : Math.max(0, bytesAcked + bytesInFlight - flags);
  return {
    key: `${end.cookie}`,
    end: how,
    role,
    local,
    remote,
    pids: [],
    in: hasData ? Math.max(0, bytesReceived - Number(wasFinished)) : 0,
    out,
    sent: finAcked || OPEN.includes(oldState) ? out : undefined,
    mayCountFin: hasData && !wasFinished && oldState === TCP_STATE.FIN_WAIT2,
    // Segments alone are counted at the end.
    retransmitted: retransmitted === 0 ? 0 : undefined,
    rttMs: rtt === undefined ? undefined : rtt / 1000,
    wasAnswered: rtt !== undefined || bytesReceived + bytesAcked > 0,
  };
}

/** What answers a SYN and is no SYN itself is a reset. */
function howEnded({ oldState, segsIn }: ConnectionEnd, finAcked: boolean): NonNullable<TcpConnection['end']> {
  if (oldState === TCP_STATE.SYN_SENT) return segsIn > 0 ? 'refused' : 'unanswered';
  return finAcked ? 'finished' : 'aborted';
}
