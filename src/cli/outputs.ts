import { ReportFile } from '../report/write-report.js';
import { SharedFile } from '../report/write-shared.js';
import type { RunOptions } from './arguments/run-options.js';
import { behalfOf } from './behalf.js';
import { ciSystem } from './ci/ci-system.js';
import { GITHUB_FILES, type GithubFile } from './ci/github-files.js';

export type OutputOptions = Pick<RunOptions, 'reports' | 'ci' | 'user' | 'saveBaseline'>;

/** Every file that a run's result goes to, its folder held open from before the command starts. */
export class Outputs implements Disposable {
  readonly #reports: ReadonlyMap<string, ReportFile>;
  readonly #shared: ReadonlyMap<GithubFile, SharedFile>;

  /** @throws {NetmeterError} UNKNOWN_USER */
  constructor({ reports, ci, user, saveBaseline }: OutputOptions, env: NodeJS.ProcessEnv) {
    const behalf = behalfOf(env, user);
    const paths = [...reports.map(({ path }) => path), ...(saveBaseline === undefined ? [] : [saveBaseline])];
    this.#reports = new Map(paths.filter((path) => path !== '-').map((path) => [path, new ReportFile(path, behalf)]));
    const names = ciSystem(ci, env) === 'github' ? GITHUB_FILES : [];
    this.#shared = new Map(
      names.flatMap((name) => {
        const path = env[name];
        return path ? [[name, new SharedFile(path, `the file of ${name}`, behalf)] as const] : [];
      }),
    );
  }

  /** Refuses what is known to fail before a command runs for it. @throws {NetmeterError} REPORT_NOT_WRITTEN */
  requireWritable(): void {
    for (const file of this.#reports.values()) file.requireWritable();
  }

  /** The file of a report; undefined: stdout. */
  report(path: string): ReportFile | undefined {
    return this.#reports.get(path);
  }

  /** The file that GitHub has named in the environment, if it has. */
  shared(name: GithubFile): SharedFile | undefined {
    return this.#shared.get(name);
  }

  [Symbol.dispose](): void {
    for (const file of [...this.#reports.values(), ...this.#shared.values()]) file[Symbol.dispose]();
  }
}
