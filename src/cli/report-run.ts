import { Boundary } from '../boundary.js';
import type { Measurement } from '../measurement/measurement.js';
import type { RunOptions } from './arguments/run-options.js';
import { ciSystem } from './ci/ci-system.js';
import type { Outputs } from './outputs.js';
import type { Terminal } from './terminal/terminal.js';

type ReportOptions = Pick<RunOptions, 'quiet' | 'reports' | 'ci'> &
  Partial<Pick<RunOptions, 'by' | 'redact'>> & { readonly outputs: Outputs | undefined; readonly terminal: Terminal };

/** Prints the summary, writes the reports and reports to the CI system. @returns true when a report could not be written */
export async function reportRun(whole: Measurement, options: ReportOptions): Promise<boolean> {
  const measurement = options.redact ? (await import('../report/escaping/redact.js')).redact(whole) : whole;
  // A warning too is worth showing to who wants no summary.
  const broken = measurement.budget?.limits.some(({ verdict }) => verdict !== 'within');
  const { terminal } = options;
  const boundary = new Boundary();
  if (!options.quiet || broken) {
    const { renderText } = await import('../report/text/text.js');
    const summarize = () => renderText(measurement, { by: options.by, color: terminal.colors('stderr') });
    terminal.show(boundary.attemptNow('summary', summarize, ''));
  }
  const failed = await writeReports(measurement, options);
  if (ciSystem(options.ci, process.env) === 'github' && options.outputs) {
    const { reportToGithub } = await import('./ci/report-to-github.js');
    const ways = { quiet: options.quiet, outputs: options.outputs, terminal };
    boundary.attemptNow('github', () => reportToGithub(measurement, ways), undefined);
  }
  for (const { message } of boundary.warnings) terminal.say(message);
  return failed;
}

async function writeReports(
  measurement: Measurement,
  { reports, by, outputs, terminal }: ReportOptions,
): Promise<boolean> {
  let failed = false;
  if (reports.length === 0) return false;
  const { writeReportTo } = await import('./write-report-to.js');
  for (const target of reports) {
    await writeReportTo(target, measurement, { by, file: outputs?.report(target.path), terminal }).catch(
      (error: unknown) => {
        failed = true;
        terminal.complain(error);
      },
    );
  }
  return failed;
}
