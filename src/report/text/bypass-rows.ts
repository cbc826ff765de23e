import { OWN } from '../../attribution/bypasses/child-namespaces.js';
import type { Measurement } from '../../measurement/measurement.js';
import type { Bypass } from '../../measurement/remotes.js';
import { exact } from '../format-octets.js';
import { visible } from '../visible.js';
import type { Paint } from './paint.js';
import { row } from './rows.js';

/** More than this are only counted; the JSON report has them all. */
const SHOWN = 5;

/**
 * Ways out that the numbers do not hold, a line each. Those that are not known to lead to a network (a display, an agent
 * that signs, a sandbox without a route) are in the JSON report alone: every desktop has some.
 */
export function bypassRows({ bypasses, isolation, method }: Measurement, paint: Paint): string[] {
  const leading = (bypasses ?? []).filter(({ leadsOut }) => leadsOut);
  // Counted at its sockets, the command's tree alone is in the numbers.
  const isHost = isolation.kind === 'host' && method.name !== 'cgroup';
  const shown = leading
    .slice(0, SHOWN)
    .map((bypass) =>
      isHost
        ? row('bypass', `${bypassText(bypass)}: its bytes count as shared`, paint.yellow)
        : row('unmetered', bypassText(bypass), paint.yellow),
    );
  const others = leading.length - shown.length;
  return others > 0 ? [...shown, row(isHost ? 'bypass' : 'unmetered', `${exact(others)} other bypasses`)] : shown;
}

function bypassText({ kind, what, pid, name }: Bypass): string {
  const who = pid === null ? '' : ` (pid ${pid}${name === null ? '' : ` ${visible(name)}`})`;
  return `${description(kind, visible(what))}${who}`;
}

function description(kind: Bypass['kind'], what: string): string {
  switch (kind) {
    case 'unix-socket':
      return what;
    case 'inherited-socket':
      return `inherited ${what}`;
    case 'child-namespace':
      return what.endsWith(OWN) ? what : `${what}, unless it leads through here`;
    case 'left-cgroup':
      return `out of the control group, to ${what}`;
    default:
      return kind satisfies never;
  }
}
