import { placeBy } from '../../src/attribution/place-address.js';
import { type LedgerOptions, ProcessLedger } from '../../src/attribution/processes/process-ledger.js';
import { tellProcesses } from '../../src/attribution/processes/process-rows.js';
import { COMMAND_MARK, type Endpoint, type TraceEvent } from '../../src/attribution/processes/trace-event.js';
import type { ProcessEvidence } from '../../src/measurement/processes.js';

/** netmeter's own thread, and the command. */
export const OWN = 10;
export const COMMAND = 20;

/** An event without its time: each is a millisecond later than the one before. */
type DistributiveOmit<T, Key extends string> = T extends unknown ? Omit<T, Key> : never;
export type Untimed = DistributiveOmit<TraceEvent, 'at'>;

export const forked = (tid: number, child: number): Untimed => ({ kind: 'forked', tid, child, isThread: false });
export const threaded = (tid: number, child: number): Untimed => ({ kind: 'forked', tid, child, isThread: true });
export const executed = (tid: number, file: string, wasTid = tid): Untimed => ({ kind: 'executed', tid, wasTid, file });
export const exited = (tid: number): Untimed => ({ kind: 'exited', tid });
export const moved = (tid: number, way: 'in' | 'out', bytes: number, socket = 1, protocol = 6): Untimed => ({
  kind: 'moved',
  tid,
  way,
  bytes,
  socket,
  protocol,
});

const endpoint = (text: string): Endpoint => {
  const end = text.lastIndexOf(':');
  return { address: text.slice(0, end), port: Number(text.slice(end + 1)) };
};

/** A socket turns from one state to another, as `1-4`. */
export const turned = (tid: number, states: string, local: string, remote: string, socket = 1): Untimed => {
  const [from, to] = states.split('-').map(Number);
  return {
    kind: 'turned',
    tid,
    socket,
    protocol: 6,
    from: from ?? 0,
    to: to ?? 0,
    local: endpoint(local),
    remote: endpoint(remote),
  };
};

export const connected = (tid: number, remote: string, socket = 1, local = '192.0.2.9:0') =>
  turned(tid, '7-2', local, remote, socket);

/** The command's fork, and the mark behind it. */
export const start: readonly Untimed[] = [forked(OWN, COMMAND), { kind: 'marked', tid: OWN, text: COMMAND_MARK }];

type Told = Exclude<ProcessEvidence, { evidence: 'none' }>;

export function ledgerOf(events: readonly Untimed[], options: Partial<LedgerOptions> = {}): ProcessLedger {
  const ledger = new ProcessLedger({ ownTid: OWN, place: placeBy([]), ...options });
  for (const [index, event] of events.entries()) ledger.take({ ...event, at: index * 1e6 });
  return ledger;
}

/** What is told of the command and these events. */
export function tell(events: readonly Untimed[], options: Partial<LedgerOptions> = {}, tellsHostLocal = false): Told {
  const ledger = ledgerOf([...start, ...events], options);
  const told = tellProcesses(ledger.close(), {
    evidence: 'traced',
    pids: 'own',
    toMs: (at) => at / 1e6,
    tellsHostLocal,
    lostEvents: 0,
    isComplete: true,
  });
  if (told.evidence === 'none') throw new Error(told.reason);
  return told;
}
