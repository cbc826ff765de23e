import type { Measurement } from '../../measurement/measurement.js';
import type { InOut, Layers } from '../../measurement/traffic.js';
import { commandLine } from '../command-line.js';
import { isOneSided, moved, totalOf, withoutWire } from '../flows.js';
import { duration, exact, packetsWord, rate, rounded } from '../format-octets.js';
import { behindText } from '../phrases/behind-text.js';
import { endText, hasFailed } from '../phrases/end-text.js';
import { methodText } from '../phrases/method-text.js';
import { visible } from '../visible.js';
import { attemptRows, blockedRows } from './attempt-rows.js';
import { budgetRows } from './budget-rows.js';
import { bypassRows } from './bypass-rows.js';
import { errorRows } from './error-rows.js';
import { type Paint, painter } from './paint.js';
import { processRows } from './process-rows.js';
import { remoteRows } from './remote-rows.js';
import { repeatRows } from './repeat-rows.js';
import { row, WIDTH } from './rows.js';
import { sharingRows } from './sharing-row.js';

/** A table of the summary. */
export type By = 'process' | 'remote';

/** @property by the tables to show beside that of the remotes, which is always there; empty: none at all */
export type TextOptions = { readonly color: boolean; readonly by?: readonly By[] | undefined };

/** Below this a rate says more about the machine than about the command. */
const RATES_FROM_MS = 1000;

/** The summary for people: aligned, at most 80 columns wide. */
export function renderText(measurement: Measurement, { color, by }: TextOptions): string {
  const paint = painter(color);
  const rows = [
    ...trafficRows(measurement, paint),
    ...rateRows(measurement),
    ...(!by || by.length > 0 ? remoteRows(measurement) : []),
    ...(by?.includes('process') ? processRows(measurement) : []),
    ...errorRows(measurement),
    ...bypassRows(measurement, paint),
    ...attemptRows(measurement, paint),
    ...blockedRows(measurement, paint),
    ...sharingRows(measurement, paint),
    ...repeatRows(measurement),
    ...budgetRows(measurement.budget, paint),
    ...measurement.warnings.map(({ message }) => row('warning', visible(message), paint.yellow)),
    row('method', methodText(measurement)),
  ];
  return [heading(measurement, paint), ...rows, ''].join('\n');
}

function heading({ command }: Measurement, paint: Paint): string {
  const { exit } = command;
  const end = endText(exit);
  const cpu = command.attached
    ? ''
    : command.cpu
      ? `, ${duration(command.cpu.userMs + command.cpu.systemMs)} CPU`
      : ', CPU unknown';
  const tail = `${end}, ${duration(command.durationMs)}${cpu}`;
  const user = command.user === undefined ? '' : ` as ${visible(command.user)}`;
  const line = commandLine(command.argv, Math.max(20, WIDTH - 'netmeter:  ()'.length - tail.length - user.length));
  return `${paint.bold('netmeter:')} ${line}${user} (${hasFailed(exit) ? paint.red(end) : end}${tail.slice(end.length)})`;
}

function trafficRows({ traffic }: Measurement, paint: Paint): string[] {
  const { external, loopback } = traffic;
  const rows = [
    amountRow('in', external.in, paint.bold),
    amountRow('out', external.out, paint.bold),
    amountRow('total', totalOf(external), paint.bold),
    ...ofThese(traffic),
  ];
  const { ipv4, ipv6 } = external;
  if (moved(ipv4) && moved(ipv6)) rows.push(pairRow('IPv4', ipv4), pairRow('IPv6', ipv6));
  if (traffic.hostLocal && moved(traffic.hostLocal)) rows.push(pairRow('this host', traffic.hostLocal));
  if (isOneSided(loopback)) rows.push(pairRow('loopback', loopback));
  else if (loopback.in.packets !== 0) rows.push(amountRow('loopback', withoutWire(loopback.in)));
  return rows;
}

/** What another end has not seen of the numbers above. */
const ofThese = ({ behindWire = [] }: Measurement['traffic']): string[] =>
  behindWire.length === 0 ? [] : [row('of these', behindWire.map(behindText).join('; '))];

function amountRow(label: string, layers: Layers, paint = (plain: string) => plain): string {
  const amount = paint(rounded(layers.wireOctets).padStart(9));
  const octets = layers.wireOctets === null ? '' : `${exact(layers.wireOctets)} B`;
  return `  ${label.padEnd(9)} ${amount}  ${octets.padStart(19)}  ${exact(layers.packets).padStart(11)} ${packetsWord(layers.packets)}`;
}

const pairRow = (label: string, flow: InOut<Layers>) =>
  `  ${label.padEnd(9)} ${rounded(flow.in.wireOctets).padStart(9)} in, ${rounded(flow.out.wireOctets)} out`;

function rateRows({ command, series }: Measurement): string[] {
  const { average, peak, durationMs = command.durationMs } = series;
  if (durationMs < RATES_FROM_MS) return [];
  if (!average) return [row('rate', 'unknown')];
  if (average.in + average.out === 0) return [];
  const top = peak ? `, peak ${rate(peak.in)} in, ${rate(peak.out)} out` : '';
  return [row('rate', `${rate(average.in)} in, ${rate(average.out)} out${top}`)];
}
