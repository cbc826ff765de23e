import {
  PAYLOAD_CLASSES,
  type Payload,
  type ProcessEvidence,
  type ProcessRemoteRow,
  type ProcessRow,
} from '../../measurement/processes.js';
import { milliseconds } from '../../units.js';
import type { LedgerEntry } from '../remotes/remote-ledger.js';
import { type Account, newAccount, type ProcessRecord, pour } from './process-record.js';
import type { LedgerResult } from './process-records.js';

/** What is known of the records besides. */
export type LedgerContext = {
  readonly evidence: 'traced' | 'sampled';
  readonly pids: 'own' | 'initial';
  /** Milliseconds after the command's start of a record's time. */
  readonly toMs: (at: number) => number;
  /** Whether the host's own addresses were known, by which `hostLocal` is known. */
  readonly knowsHostLocal: boolean;
  /** Undefined: nothing says. */
  readonly lostEvents: number | undefined;
  /** Whether each process and each connect was seen. */
  readonly isComplete: boolean;
};

/** Reports what was found of the command's processes. */
export function reportProcesses(result: LedgerResult, context: LedgerContext, unowned = newAccount()): ProcessEvidence {
  const toPayload = (account: Account) => payloadOf(account, context.knowsHostLocal);
  const total = newAccount();
  for (const account of [...result.records, result.rest, unowned]) pour(account, total);
  const { processes, ...rest } = result.rest;
  const { folded, rest: remote } = result.remotes;
  return {
    evidence: context.evidence,
    pids: context.pids,
    processes: inTreeOrder(result).map(({ record, depth }) => rowOf(record, depth, result.root, context)),
    otherProcesses: { processes, payload: toPayload(rest), tcpConnects: context.isComplete ? rest.connects : null },
    idleProcesses: context.isComplete ? result.idle : null,
    unowned: toPayload(unowned),
    payload: toPayload(total),
    remotes: result.remotes.entries.map(remoteRow),
    otherRemotes: { remotes: folded, in: remote.in, out: remote.out, connections: remote.connections },
    lostEvents: context.lostEvents ?? null,
  };
}

type Placed = { readonly record: ProcessRecord; readonly depth: number };

/** Each process, then its children; those whose parent has no row stand at the end. */
function inTreeOrder({ root, records }: LedgerResult): Placed[] {
  const children = new Map<number | undefined, ProcessRecord[]>();
  const known = new Set(records.map(({ id }) => id));
  for (const record of records) {
    const under = record.parent && known.has(record.parent.id) ? record.parent.id : undefined;
    const siblings = children.get(under);
    if (siblings) siblings.push(record);
    else children.set(under, [record]);
  }
  const placed: Placed[] = [];
  const tops = (children.get(undefined) ?? []).sort((a, b) => Number(b === root) - Number(a === root));
  // Without recursion: a tree may be deeper than the stack.
  const next = tops.map((record) => ({ record, depth: record === root ? 0 : 1 })).reverse();
  for (let each = next.pop(); each; each = next.pop()) {
    const { record, depth } = each;
    placed.push(each);
    const below = children.get(record.id) ?? [];
    for (const child of below.reverse()) next.push({ record: child, depth: depth + 1 });
  }
  return placed;
}

function rowOf(
  record: ProcessRecord,
  depth: number,
  root: ProcessRecord | undefined,
  context: LedgerContext,
): ProcessRow {
  const { pid, parent, name, file, commandLine, startedAt, endedAt, connects } = record;
  const after = (at: number | undefined) =>
    at === undefined ? null : milliseconds(Math.max(0, Math.round(context.toMs(at))));
  return {
    pid,
    parent: parent?.pid ?? null,
    depth,
    name: name ?? null,
    file: file ?? null,
    commandLine: commandLine ?? null,
    startedMs: record === root ? milliseconds(0) : after(startedAt),
    endedMs: after(endedAt),
    payload: payloadOf(record, context.knowsHostLocal),
    tcpConnects: context.isComplete ? connects : null,
  };
}

function payloadOf({ payload }: Account, knowsHostLocal: boolean): Payload {
  const classes = PAYLOAD_CLASSES.filter((name) => name !== 'hostLocal' || knowsHostLocal);
  return Object.fromEntries(classes.map((name) => [name, { ...payload[name] }])) as Payload;
}

/** IPPROTO_ numbers of <linux/in.h>. */
const PROTOCOLS: Readonly<Record<number, string>> = { 6: 'tcp', 33: 'dccp', 132: 'sctp', 262: 'mptcp' };

const remoteRow = ({ record, side, protocol, address, port, account }: LedgerEntry): ProcessRemoteRow => ({
  pid: record.pid,
  side,
  protocol: PROTOCOLS[protocol] ?? `${protocol}`,
  address,
  port,
  in: account.in,
  out: account.out,
  connections: account.connections,
});
