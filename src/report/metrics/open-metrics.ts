import type { Measurement } from '../../measurement/measurement.js';
import { visible } from '../visible.js';
import type { Family, Value } from './family.js';
import { metricsOf } from './metrics.js';

/**
 * The report as OpenMetrics 1.0 text, which is Prometheus text too: without timestamps, and gauges alone, whose names are
 * the same in both. It is for GitLab's metrics report and for the textfile collector of node-exporter.
 */
export function renderOpenMetrics(measurement: Measurement): string {
  const program = programOf(measurement.command.argv);
  return `${[...metricsOf(measurement).flatMap((family) => familyLines(family, program)), '# EOF'].join('\n')}\n`;
}

function familyLines({ name, unit, help, samples }: Family, program: string): string[] {
  const lines = samples.flatMap(({ labels, value }) =>
    value === null ? [] : [`${name}${labelText({ command: program, ...labels })} ${value}`],
  );
  if (lines.length === 0) return [];
  return [`# TYPE ${name} gauge`, ...(unit ? [`# UNIT ${name} ${unit}`] : []), `# HELP ${name} ${help}`, ...lines];
}

const labelText = (labels: Value['labels']) =>
  `{${Object.entries(labels)
    .map(([name, value]) => `${name}="${labelValue(value)}"`)
    .join(',')}}`;

/**
 * Besides what the format escapes: `#` and `'` are taken out, because GitLab cuts lines at the one and reads the rest as a
 * shell would (its parser of metrics reports, generic.rb).
 */
const labelValue = (text: string) =>
  visible(text)
    .replaceAll(/[#'`$]/g, '_')
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"');

/** The program's name without its folder: the same on every branch and machine, which a whole command line is not. */
const programOf = ([file = '']: readonly string[]) => file.replace(/\/+$/, '').replace(/^.*\//s, '');
