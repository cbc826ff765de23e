import { exact } from '../report/format-octets.js';
import { timesText } from '../report/phrases/times-text.js';
import type { Paint } from '../report/text/paint.js';
import type { Check } from './check.js';
import type { Diagnosis } from './diagnosis.js';
import type { Facility } from './facility.js';

/** The diagnosis for people: what was tried, what works by it, what was measured. */
export function renderDiagnosis(diagnosis: Diagnosis, checks: readonly Check[], paint: Paint): string {
  const yes = paint.green('✔');
  const no = paint.red('✘');
  const findings = diagnosis.findings.map(({ name, probe }) =>
    probe.works ? `  ${yes} ${name}` : `  ${no} ${name}: ${probe.reason}`,
  );
  const facilities = groups(diagnosis.facilities, whyNot).flatMap((group) => [
    ...group.map(
      ({ name, serves, probe }) => `  ${probe.works ? yes : isUntried(group) ? '–' : no} ${name.padEnd(28)} ${serves}`,
    ),
    ...explanation(group),
  ]);
  const isolations = diagnosis.isolations.flatMap(({ kind, works, exactness, obstacles }) => [
    `  ${works ? yes : no} ${kind.padEnd(10)} ${works ? exactness : 'does not work here'}`,
    ...groups(obstacles, ({ cure }) => cure).flatMap((group) => [
      ...group.map(({ reason }) => `      ${reason}`),
      ...(group[0]?.cure ? [`      cure: ${group[0].cure}`] : []),
    ]),
  ]);
  return [
    `${paint.bold(`netmeter ${diagnosis.netmeter}`)} on Linux ${diagnosis.kernel}`,
    ...findings,
    paint.bold('the kernel'),
    ...facilities,
    paint.bold('isolations'),
    ...isolations,
    diagnosis.chosen ? `A run uses ${paint.bold(diagnosis.chosen)}.` : 'A run is refused.',
    ...diagnosis.mended.map(mendedLine),
    ...(checks.length > 0 ? [paint.bold('measured'), ...checks.flatMap((check) => checkLines(check, paint))] : []),
    '',
  ].join('\n');
}

/** One line for each thing, and one explanation for all that have the same. */
function explanation(group: readonly Facility[]): string[] {
  const [first] = group;
  if (!first || first.probe.works) return [];
  if (isUntried(group)) return ['      for root alone to try: sudo netmeter doctor'];
  return [`      ${first.probe.reason}`, `      cure: ${first.probe.cure}`];
}

const isUntried = ([first]: readonly Facility[]) => first?.needsRoot === true;

/** What keeps it from working; undefined: it works. */
const whyNot = ({ probe, needsRoot }: Facility) =>
  probe.works ? undefined : needsRoot ? 'rights' : `${probe.reason}\0${probe.cure}`;

/** Puts together what has one key, where the first of them stood; what has none stays by itself. */
function groups<T>(all: readonly T[], keyOf: (each: T) => string | undefined): T[][] {
  const found = new Map<unknown, T[]>();
  for (const each of all) {
    const key = keyOf(each) ?? Symbol('none');
    found.set(key, [...(found.get(key) ?? []), each]);
  }
  return [...found.values()];
}

const mendedLine = ({ left, failures }: Diagnosis['mended'][number]) =>
  failures.length === 0
    ? `A run that was killed had left ${left}: it is given back.`
    : `A run that was killed has left ${left}, and not all could be given back: ${failures.join('; ')}`;

function checkLines({ isolation, load, result }: Check, paint: Paint): string[] {
  const head = `  ${isolation.padEnd(10)} ${load.padEnd(24)}`;
  if (result.kind === 'failed') return [`${head} ${paint.red(result.reason)}`];
  if (result.kind === 'skipped')
    return [`${head} not measured: ${result.reason}`, ...result.cures.map((cure) => `      cure: ${cure}`)];
  return (['in', 'out'] as const).map((way) => {
    const { counted, atSockets, bound, truth } = result[way];
    const second = atSockets === undefined ? '' : ` (${exact(atSockets)} B at its sockets)`;
    const said = bound === undefined ? '' : `, ${bound === null ? 'no bound known' : `±${exact(bound)} B stated`}`;
    const off =
      counted === null
        ? 'unknown'
        : `${exact(counted)} B counted${second}, ${exact(truth)} B true, ${offBy(counted, truth)}${said}`;
    return `${way === 'in' ? head : ' '.repeat(head.length)} ${way.padEnd(4)} ${off}`;
  });
}

function offBy(counted: number, truth: number): string {
  if (counted === truth) return '0 off';
  const times = timesText(counted / truth);
  const percent = `${(((counted - truth) / truth) * 100).toFixed(3)} %`;
  const share = truth === 0 ? '' : ` (${times ?? percent})`;
  return `${exact(Math.abs(counted - truth))} ${counted > truth ? 'too many' : 'too few'}${share}`;
}
