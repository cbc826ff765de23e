import type { Measurement } from '../measurement/measurement.js';
import { githubAnnotations } from '../report/github-annotations.js';
import { githubOutput } from '../report/github-output.js';
import { githubSummary } from '../report/github-summary.js';
import { appendReport } from '../report/write-appended.js';
import type { Owner } from '../report/write-report.js';
import { complain } from './say.js';

type Github = {
  readonly env: NodeJS.ProcessEnv;
  /** Only what breaks the budget is said. */
  readonly quiet: boolean;
  readonly owner: Owner | undefined;
  readonly stderr: { readonly write: (text: string) => unknown };
};

/**
 * Tells GitHub Actions: the job's summary, the step's outputs, annotations on stderr. All of it is a courtesy: what
 * cannot be written is said, and the run ends as it would have.
 */
export async function tellGithub(measurement: Measurement, { env, quiet, owner, stderr }: Github): Promise<void> {
  const files = [
    ['GITHUB_STEP_SUMMARY', (present: number) => githubSummary(measurement, present)],
    ['GITHUB_OUTPUT', () => githubOutput(measurement)],
  ] as const;
  for (const [name, render] of files) {
    const path = env[name];
    if (path) await appendReport(path, { what: `the file of ${name}`, render, owner }).catch(complain);
  }
  const annotations = githubAnnotations(measurement, { errorsOnly: quiet });
  if (annotations.length > 0) stderr.write(`${annotations.join('\n')}\n`);
}
