import type { Measurement } from '../measurement.js';
import { type Owner, writeReport } from '../report/write-report.js';
import type { ReportFormat, ReportTarget } from './report-target.js';

type Renderer = (measurement: Measurement) => string;

/** One file each, loaded by the run that asks for it. */
const RENDERERS: Readonly<Record<ReportFormat, () => Promise<Renderer>>> = {
  json: async () => (await import('../report/json.js')).renderJson,
  txt: async () => {
    const { renderText } = await import('../report/text.js');
    return (measurement) => renderText(measurement, { color: false });
  },
  md: async () => (await import('../report/markdown.js')).renderMarkdown,
  html: async () => (await import('../report/html.js')).renderHtml,
  csv: async () => (await import('../report/csv.js')).renderCsv,
  prom: async () => (await import('../report/open-metrics.js')).renderOpenMetrics,
  junit: async () => (await import('../report/junit.js')).renderJunit,
};

/** Renders one report and writes it. @throws {NetmeterError} REPORT_NOT_WRITTEN */
export async function writeReportTo(target: ReportTarget, measurement: Measurement, owner?: Owner): Promise<void> {
  const render = await RENDERERS[target.format]();
  const text = render(measurement);
  // Not through /dev/stdout, which cannot be opened when it is a socket.
  if (target.path === '-') process.stdout.write(text);
  else await writeReport(target.path, text, owner);
}
