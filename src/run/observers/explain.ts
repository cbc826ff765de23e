import { withBalance } from '../../attribution/processes/process-balance.js';
import { remotesOfSockets } from '../../attribution/remotes/remotes-of-sockets.js';
import type { ProcessEvidence, ProcessUse } from '../../measurement/processes.js';
import type { RemoteUse } from '../../measurement/remotes.js';
import { explainRemotes, type RemoteQuestion } from './explain-remotes.js';

export type Question = RemoteQuestion & {
  /** Undefined: it was not asked for. */
  readonly found: ProcessEvidence | undefined;
  readonly reverseDns: boolean;
  /** Resets that were sent: with some, what came in for a connection that is no more looks like what came twice. */
  readonly resetsSent: number | null;
};

/** Makes of what was seen the rows of remotes and processes, which explain the traffic. */
export async function explain({ found, reverseDns, resetsSent, ...question }: Question) {
  const { external } = question.traffic;
  const counted = await explainRemotes(question);
  const wire = { in: external.in.wireOctets, out: external.out.wireOctets };
  const payload = counted && {
    all: counted.remotes.payloadOctets,
    datagrams: counted.datagrams,
    portless: counted.portless,
    staysInside: question.sockets?.hasNested ?? false,
    retransmitted: { ...counted.retransmitted, ...(resetsSent !== 0 && { in: undefined }) },
  };
  const processes: ProcessUse | undefined = found && withBalance(found, wire, payload, isOfDevices(question));
  const bySockets = found && found.evidence !== 'none' ? remotesOfSockets(found, question.seen) : undefined;
  const nameless: RemoteUse | undefined = counted?.remotes ?? bySockets;
  const remotes = nameless && (reverseDns ? await withReverseNames(nameless) : nameless);
  return { ...(remotes && { remotes }), ...(processes && { processes }) };
}

/** Where neither sockets nor links of the command's own were counted, its packets may have gone by devices that are not. */
const isOfDevices = ({ scope, sockets }: Pick<Question, 'scope' | 'sockets'>) =>
  'devices' in scope.isolation && sockets === undefined;

/** More than these are in nobody's table. */
const MOST_REVERSE = 50;

async function withReverseNames(use: RemoteUse): Promise<RemoteUse> {
  const nameless = use.rows.slice(0, MOST_REVERSE).filter(({ names }) => names.length === 0);
  const { reverseNames } = await import('../../evidence/names/reverse-names.js');
  const found = await reverseNames([...new Set(nameless.map(({ address }) => address))]);
  const rows = use.rows.map((row) =>
    row.names.length > 0 ? row : { ...row, reverseName: found.get(row.address) ?? null },
  );
  return { ...use, rows };
}
