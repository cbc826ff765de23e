import { withBalance } from '../attribution/process-balance.js';
import { remotesOfSockets } from '../attribution/remotes-of-sockets.js';
import type { ProcessEvidence, ProcessUse, RemoteUse } from '../measurement.js';
import { explainRemotes, type RemoteQuestion } from './explain-remotes.js';

export type Question = Omit<RemoteQuestion, 'isWhole'> & {
  /** Undefined: remotes are not counted. */
  readonly isWhole: boolean | undefined;
  /** Undefined: it was not asked for. */
  readonly told: ProcessEvidence | undefined;
  /** Resets that were sent: with some, what came in for a connection that is no more looks like what came twice. */
  readonly resetsSent: number | null;
};

/** Makes of what was seen the rows of remotes and processes, which explain the traffic. */
export async function explain({ isWhole, told, resetsSent, ...question }: Question) {
  const { external } = question.traffic;
  const counted = isWhole === undefined ? undefined : await explainRemotes({ ...question, isWhole });
  const wire = { in: external.in.wireOctets, out: external.out.wireOctets };
  const repeated = counted && { ...counted.repeated, ...(resetsSent !== 0 && { in: undefined }) };
  const processes: ProcessUse | undefined = told && withBalance(told, wire, counted?.remotes, repeated);
  const bySockets = told && told.evidence !== 'none' ? remotesOfSockets(told, question.seen) : undefined;
  const remotes: RemoteUse | undefined = counted?.remotes ?? bySockets;
  return { ...(remotes && { remotes }), ...(processes && { processes }) };
}
