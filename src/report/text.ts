import type { Exit, InOut, Isolation, Layers, Measurement } from '../measurement.js';
import { attemptRows } from './attempt-rows.js';
import { budgetRows } from './budget-rows.js';
import { commandLine } from './command-line.js';
import { doorRows } from './door-rows.js';
import { duration, exact, rate, rounded } from './format-octets.js';
import { type Paint, painter } from './paint.js';
import { remoteRows } from './remote-rows.js';
import { row, WIDTH } from './rows.js';
import { sharingRows } from './sharing-row.js';
import { troubleRows } from './trouble-row.js';
import { visible } from './visible.js';

/** A table of the summary. */
export type By = 'process' | 'remote';

/** @property by the tables to show; all by default */
export type TextOptions = { readonly color: boolean; readonly by?: readonly By[] | undefined };

/** Below this a rate says more about the machine than about the command. */
const RATES_FROM_MS = 1000;

/** The summary for people: aligned, at most 80 columns wide. */
export function renderText(measurement: Measurement, { color, by = ['process', 'remote'] }: TextOptions): string {
  const paint = painter(color);
  const rows = [
    ...trafficRows(measurement, paint),
    ...rateRows(measurement),
    ...(by.includes('remote') ? remoteRows(measurement) : []),
    ...troubleRows(measurement),
    ...doorRows(measurement, paint),
    ...attemptRows(measurement, paint),
    ...sharingRows(measurement, paint),
    ...budgetRows(measurement.budget, paint),
    ...measurement.warnings.map(({ message }) => row('warning', visible(message), paint.yellow)),
    row('method', methodText(measurement)),
  ];
  return [heading(measurement, paint), ...rows, ''].join('\n');
}

function heading({ command }: Measurement, paint: Paint): string {
  const { exit } = command;
  const end = endText(exit);
  const failed = exit.kind === 'signal' || (exit.kind === 'code' && exit.code !== 0);
  const cpu = command.attached
    ? ''
    : command.cpu
      ? `, ${duration(command.cpu.userMs + command.cpu.systemMs)} CPU`
      : ', CPU unknown';
  const tail = `${end}, ${duration(command.durationMs)}${cpu}`;
  const user = command.user === undefined ? '' : ` as ${visible(command.user)}`;
  const line = commandLine(command.argv, Math.max(20, WIDTH - 'netmeter:  ()'.length - tail.length - user.length));
  return `${paint.bold('netmeter:')} ${line}${user} (${failed ? paint.red(end) : end}${tail.slice(end.length)})`;
}

function endText(exit: Exit): string {
  switch (exit.kind) {
    case 'code':
      return `exit ${exit.code}`;
    case 'signal':
      return exit.signal;
    case 'running':
      return 'still running';
    case 'gone':
      return 'ended';
    default:
      return exit satisfies never;
  }
}

function trafficRows({ traffic }: Measurement, paint: Paint): string[] {
  const { external, loopback } = traffic;
  const total: Layers = {
    ...external.in,
    wireOctets: both(external, 'wireOctets') as Layers['wireOctets'],
    packets: both(external, 'packets') as Layers['packets'],
  };
  const rows = [
    amountRow('in', external.in, paint.bold),
    amountRow('out', external.out, paint.bold),
    amountRow('total', total, paint.bold),
  ];
  const { ipv4, ipv6 } = external;
  if (moved(ipv4) && moved(ipv6)) rows.push(pairRow('IPv4', ipv4), pairRow('IPv6', ipv6));
  if (traffic.hostLocal && moved(traffic.hostLocal)) rows.push(pairRow('this host', traffic.hostLocal));
  if (loopback.in.packets !== 0) rows.push(amountRow('loopback', withoutWire(loopback.in)));
  return rows;
}

function amountRow(label: string, layers: Layers, paint = (plain: string) => plain): string {
  const amount = paint(rounded(layers.wireOctets).padStart(9));
  const octets = layers.wireOctets === null ? '' : `${exact(layers.wireOctets)} B`;
  return `  ${label.padEnd(9)} ${amount}  ${octets.padStart(19)}  ${exact(layers.packets).padStart(11)} packets`;
}

/** Loopback is no wire: where no queue counted what one would carry, its IP octets are told. */
const withoutWire = (layers: Layers): Layers => ({ ...layers, wireOctets: layers.wireOctets ?? layers.ipOctets });

const pairRow = (label: string, flow: InOut<Layers>) =>
  `  ${label.padEnd(9)} ${rounded(flow.in.wireOctets).padStart(9)} in, ${rounded(flow.out.wireOctets)} out`;

const moved = (flow: InOut<Layers> | undefined): flow is InOut<Layers> =>
  flow !== undefined && (flow.in.packets !== 0 || flow.out.packets !== 0);

function both(external: InOut<Layers>, layer: 'wireOctets' | 'packets'): number | null {
  const { in: incoming, out } = external;
  return incoming[layer] === null || out[layer] === null ? null : incoming[layer] + out[layer];
}

function rateRows({ command, series }: Measurement): string[] {
  const { average, peak } = series;
  if (command.durationMs < RATES_FROM_MS) return [];
  if (!average) return [row('rate', 'unknown')];
  if (average.in + average.out === 0) return [];
  const top = peak ? `, peak ${rate(peak.in)} in, ${rate(peak.out)} out` : '';
  return [row('rate', `${rate(average.in)} in, ${rate(average.out)} out${top}`)];
}

function methodText({ method, isolation }: Measurement): string {
  if (method.name === 'none') return `nothing can get in or out (${placeOf(isolation)})`;
  const { in: boundIn, out: boundOut } = method.errorBound;
  const bound =
    boundIn === null || boundOut === null
      ? 'error unknown'
      : boundIn + boundOut === 0
        ? 'exact'
        : `±${exact(boundIn)} B in, ±${exact(boundOut)} B out`;
  return `IP bytes ${countedBy(method)}, ${bound} (${placeOf(isolation)})`;
}

function countedBy({ name }: Measurement['method']): string {
  switch (name) {
    case 'qdisc':
      return 'counted on the wire';
    case 'proc-estimate':
      return 'computed from /proc';
    case 'tap':
      return 'counted at the tap';
    case 'none':
      return 'none';
    default:
      return name satisfies never;
  }
}

function placeOf(isolation: Isolation): string {
  switch (isolation.kind) {
    case 'veth':
      return `veth, MTU ${isolation.mtu}`;
    case 'user-mode':
      return `user-mode by ${isolation.tool}, MTU ${isolation.mtu}`;
    case 'host':
      return `host, ${isolation.devices.join(', ') || 'no device'}`;
    case 'join':
      return `in ${visible(isolation.netns)}, ${isolation.devices.join(', ') || 'no device'}`;
    case 'offline':
      return 'offline';
    default:
      return isolation satisfies never;
  }
}
