import type { JudgedLimit } from '../../measurement/budget.js';
import type { Measurement } from '../../measurement/measurement.js';
import type { ProcessUse } from '../../measurement/processes.js';

/** In place of what is hidden. */
const HIDDEN = '...';

/** The same measurement without what may be confidential: arguments of the command, and names that it looked up. */
export function redact(measurement: Measurement): Measurement {
  const { command, remotes, processes, budget, attempts } = measurement;
  return {
    ...measurement,
    command: { ...command, argv: withoutArguments(command.argv) },
    ...(budget && { budget: { ...budget, limits: budget.limits.map(withoutName) } }),
    ...(attempts && { attempts: attempts.map(({ names, ...attempt }) => attempt) }),
    ...(remotes && {
      remotes: { ...remotes, rows: remotes.rows.map(({ reverseName, ...row }) => ({ ...row, names: [] })) },
    }),
    ...(processes && { processes: withoutWords(processes) }),
  };
}

function withoutWords(use: ProcessUse): ProcessUse {
  if (use.evidence === 'none') return use;
  const hidden = use.processes.map(({ commandLine, ...row }) => ({
    ...row,
    commandLine: commandLine && withoutArguments(commandLine),
  }));
  return { ...use, processes: hidden };
}

/** Those of remotes; in and out are no names. */
const withoutName = (limit: JudgedLimit): JudgedLimit =>
  limit.kind === 'remote' || (limit.kind === 'increase' && !/^(?:in|out|total)$/.test(limit.subject ?? ''))
    ? { ...limit, subject: HIDDEN }
    : limit;

const withoutArguments = ([file, ...rest]: readonly string[]): string[] => [
  file ?? HIDDEN,
  ...(rest.length > 0 ? [HIDDEN] : []),
];
