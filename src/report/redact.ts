import type { Measurement } from '../measurement.js';

/** In place of what is hidden. */
const HIDDEN = '...';

/** The same measurement without what may be confidential: arguments of the command, and names that it looked up. */
export function redact(measurement: Measurement): Measurement {
  const { command, remotes, attempts } = measurement;
  return {
    ...measurement,
    command: { ...command, argv: withoutArguments(command.argv) },
    ...(attempts && { attempts: attempts.map(({ names, ...attempt }) => attempt) }),
    ...(remotes && { remotes: { ...remotes, rows: remotes.rows.map((row) => ({ ...row, names: [] })) } }),
  };
}

const withoutArguments = ([file, ...rest]: readonly string[]): string[] => [
  file ?? HIDDEN,
  ...(rest.length > 0 ? [HIDDEN] : []),
];
