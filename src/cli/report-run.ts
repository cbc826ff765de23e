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
  const { terminal } = options;
  const boundary = new Boundary();
  const summarize = options.quiet ? await brokenAlone(measurement, options) : await summary(measurement, options);
  const text = boundary.attemptNow('summary', summarize, '');
  if (text !== '') terminal.show(text);
  const failed = await writeReports(measurement, options);
  if (ciSystem(options.ci, process.env) === 'github' && options.outputs) {
    const { reportToGithub } = await import('./ci/report-to-github.js');
    const ways = { quiet: options.quiet, outputs: options.outputs, terminal };
    boundary.attemptNow('github', () => reportToGithub(measurement, ways), undefined);
  }
  for (const { message } of boundary.warnings) terminal.say(message);
  return failed;
}

/** What makes the summary. It is loaded here: a run that shows none does not pay for it. */
async function summary(measurement: Measurement, { by, terminal }: ReportOptions): Promise<() => string> {
  const { renderText } = await import('../report/text/text.js');
  return () => renderText(measurement, { by, color: terminal.colors('stderr') });
}

/** What makes the lines that are shown in its place to who wants none. */
async function brokenAlone({ budget }: Measurement, { terminal }: ReportOptions): Promise<() => string> {
  if (!budget) return () => '';
  const { renderBroken } = await import('../report/text/budget-rows.js');
  return () => renderBroken(budget, terminal.colors('stderr'));
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
