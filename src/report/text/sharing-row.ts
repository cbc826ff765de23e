import type { Contamination } from '../../measurement/isolation.js';
import type { Measurement } from '../../measurement/measurement.js';
import { duration, exact } from '../format-octets.js';
import type { Paint } from './paint.js';
import { row } from './rows.js';

/** Whether a shared namespace's numbers are the command's alone. */
export function sharingRows(measurement: Measurement, paint: Paint): string[] {
  const text = sharingText(measurement);
  if (text === undefined) return [];
  return [measurement.contamination?.grade === 'clean' ? row('sharing', text) : row('sharing', text, paint.yellow)];
}

/** The same as a sentence; undefined where the namespace is the command's own. */
export function sharingText({ contamination, command }: Measurement): string | undefined {
  if (!contamination) return undefined;
  const { grade } = contamination;
  const seen = command.attached ? sharers(command.attached.sharedWith) : evidence(contamination);
  switch (grade) {
    case 'clean':
      return `clean: ${seen}`;
    case 'shared':
      return `shared: the numbers are an upper bound (${seen})`;
    case 'unknown':
      return !command.attached && hasLooked(contamination)
        ? `unknown: ${seen}, but others may have come between two looks`
        : `unknown: the numbers are an upper bound (${seen})`;
    default:
      return grade satisfies never;
  }
}

const hasLooked = ({ idleOctets, foreignConnections }: Contamination) =>
  idleOctets !== null && foreignConnections !== null;

function evidence({ idleOctets, idleMs, foreignConnections }: Contamination): string {
  const moved =
    idleOctets === null
      ? 'the network was not watched without the command (--baseline-idle)'
      : `${exact(idleOctets)} B moved in ${duration(idleMs)} without the command`;
  return foreignConnections ? `${moved}, ${plural(foreignConnections, 'connection')} of others` : moved;
}

function sharers(count: number | null): string {
  if (count === null) return 'this user may not see who else lives in the namespace';
  if (count === 0) return 'the process is alone in its namespace';
  return `${count === 1 ? '1 other process' : `${exact(count)} other processes`} in the namespace`;
}

const plural = (count: number, what: string) => `${exact(count)} ${what}${count === 1 ? '' : 's'}`;
