import type { Measurement } from '../../measurement/measurement.js';
import { githubAnnotations } from '../../report/github/github-annotations.js';
import { githubOutput } from '../../report/github/github-output.js';
import { githubSummary } from '../../report/github/github-summary.js';
import type { Outputs } from '../outputs.js';
import type { Terminal } from '../terminal/terminal.js';

type Github = {
  /** Only what breaks the budget is said. */
  readonly quiet: boolean;
  readonly outputs: Pick<Outputs, 'shared'>;
  readonly terminal: Terminal;
};

/**
 * Reports to GitHub Actions: the job's summary, the step's outputs, annotations on stderr. All of it is a courtesy: what
 * cannot be written is said, and the run ends as it would have.
 */
export function reportToGithub(measurement: Measurement, { quiet, outputs, terminal }: Github): void {
  const files = [
    ['GITHUB_STEP_SUMMARY', (present: number) => githubSummary(measurement, present)],
    ['GITHUB_OUTPUT', () => githubOutput(measurement)],
  ] as const;
  for (const [name, render] of files) {
    try {
      outputs.shared(name)?.append(render);
    } catch (error) {
      terminal.complain(error);
    }
  }
  terminal.command(githubAnnotations(measurement, { errorsOnly: quiet }));
}
