import { NetmeterError } from '../errors.js';
import type { Measurement } from '../measurement/measurement.js';
import type { By } from '../report/text/text.js';
import type { ReportFile } from '../report/write-report.js';
import type { ReportFormat, ReportTarget } from './arguments/values/report-target.js';
import { untilDone } from './signals.js';
import { isStdoutLost } from './terminal/lost-stdout.js';
import type { Terminal } from './terminal/terminal.js';

export type ReportOptions = {
  /** Tables of a text; all by default. */
  readonly by?: readonly By[] | undefined;
  /** Where it goes; undefined: stdout. */
  readonly file: ReportFile | undefined;
  readonly terminal: Terminal;
};

type Renderer = (measurement: Measurement, by?: readonly By[]) => string;

/** One file each, loaded by the run that asks for it. */
const RENDERERS: Readonly<Record<ReportFormat, () => Promise<Renderer>>> = {
  json: async () => (await import('../report/json.js')).renderJson,
  txt: async () => {
    const { renderText } = await import('../report/text/text.js');
    return (measurement, by) => renderText(measurement, { by, color: false });
  },
  md: async () => {
    const { renderMarkdown } = await import('../report/markdown.js');
    return (measurement) => renderMarkdown(measurement);
  },
  html: async () => (await import('../report/html/html.js')).renderHtml,
  csv: async () => (await import('../report/csv.js')).renderCsv,
  prom: async () => (await import('../report/metrics/open-metrics.js')).renderOpenMetrics,
  junit: async () => (await import('../report/junit.js')).renderJunit,
};

/** Renders one report and writes it. @throws {NetmeterError} REPORT_NOT_WRITTEN */
export async function writeReportTo(
  target: ReportTarget,
  measurement: Measurement,
  { by, file, terminal }: ReportOptions,
): Promise<void> {
  const render = await RENDERERS[target.format]();
  const text = rendered(target, () => render(measurement, by));
  // Not through /dev/stdout, which cannot be opened when it is a socket.
  if (file?.waits) await file.write(text);
  else if (file) await untilDone(() => file.write(text));
  else await print(text, terminal);
}

/** Nobody learns from the exit status that there was no stdout: what is written to /dev/null is written. */
async function print(text: string, terminal: Terminal): Promise<void> {
  if (isStdoutLost()) terminal.say('the report went nowhere: stdout was closed, or is /dev/null');
  await terminal.printJson(text);
}

/** A renderer that fails costs its own report, and no other. */
function rendered({ format }: ReportTarget, render: () => string): string {
  try {
    return render();
  } catch (cause) {
    throw new NetmeterError('REPORT_NOT_WRITTEN', `the report could not be made as ${format}: ${cause}`, { cause });
  }
}
