import { withBalance } from '../attribution/process-balance.js';
import { remotesOfSockets } from '../attribution/remotes-of-sockets.js';
import type { ProcessEvidence, ProcessUse, RemoteUse } from '../measurement.js';
import { explainRemotes, type RemoteQuestion } from './explain-remotes.js';

export type Question = Omit<RemoteQuestion, 'isWhole'> & {
  /** Undefined: remotes are not counted. */
  readonly isWhole: boolean | undefined;
  /** Undefined: it was not asked for. */
  readonly told: ProcessEvidence | undefined;
};

/** Makes of what was seen the rows of remotes and processes, which explain the traffic. */
export async function explain({ isWhole, told, ...question }: Question) {
  const { external } = question.traffic;
  const counted = isWhole === undefined ? undefined : await explainRemotes({ ...question, isWhole });
  const wire = { in: external.in.wireOctets, out: external.out.wireOctets };
  const processes: ProcessUse | undefined = told && withBalance(told, wire, counted);
  const seen = told && told.evidence !== 'none' ? remotesOfSockets(told) : undefined;
  const remotes: RemoteUse | undefined = counted ?? seen;
  return { ...(remotes && { remotes }), ...(processes && { processes }) };
}
