import { exact } from '../report/format-octets.js';
import type { Paint } from '../report/text/paint.js';
import type { Check } from './check.js';
import type { Diagnosis } from './diagnosis.js';

/** The diagnosis for people: what was tried, what works by it, what was measured. */
export function renderDiagnosis(diagnosis: Diagnosis, checks: readonly Check[], paint: Paint): string {
  const yes = paint.green('✔');
  const no = paint.red('✘');
  const findings = diagnosis.findings.map(({ name, probe }) =>
    probe.works ? `  ${yes} ${name}` : `  ${no} ${name}: ${probe.reason}`,
  );
  const facilities = diagnosis.facilities.flatMap(({ name, serves, probe }) =>
    probe.works
      ? [`  ${yes} ${name.padEnd(28)} ${serves}`]
      : [`  ${no} ${name.padEnd(28)} ${serves}`, `      ${probe.reason}`, `      cure: ${probe.cure}`],
  );
  const isolations = diagnosis.isolations.flatMap(({ kind, works, exactness, obstacles }) => [
    `  ${works ? yes : no} ${kind.padEnd(10)} ${works ? exactness : 'does not work here'}`,
    ...obstacles.flatMap(({ reason, cure }) => [`      ${reason}`, ...(cure ? [`      cure: ${cure}`] : [])]),
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

const mendedLine = ({ link, failures }: Diagnosis['mended'][number]) =>
  failures.length === 0
    ? `A run that was killed had left ${link} and what belonged to it: it is given back.`
    : `A run that was killed has left ${link}, and not all could be given back: ${failures.join('; ')}`;

function checkLines({ isolation, load, result }: Check, paint: Paint): string[] {
  const head = `  ${isolation.padEnd(10)} ${load.padEnd(24)}`;
  if (result.kind === 'failed') return [`${head} ${paint.red(result.reason)}`];
  return (['in', 'out'] as const).map((way) => {
    const { counted, atSockets, truth } = result[way];
    const second = atSockets === undefined ? '' : ` (${exact(atSockets)} B at its sockets)`;
    const off =
      counted === null
        ? 'unknown'
        : `${exact(counted)} B counted${second}, ${exact(truth)} B true, ${offBy(counted, truth)}`;
    return `${way === 'in' ? head : ' '.repeat(head.length)} ${way.padEnd(4)} ${off}`;
  });
}

function offBy(counted: number, truth: number): string {
  if (counted === truth) return '0 off';
  const share = truth === 0 ? '' : ` (${(((counted - truth) / truth) * 100).toFixed(3)} %)`;
  return `${exact(Math.abs(counted - truth))} ${counted > truth ? 'too many' : 'too few'}${share}`;
}
