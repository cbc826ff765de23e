import type { Limits } from '../../budget/limits.js';
import type { Asked } from '../../isolation/choose-isolation.js';
import type { Egress } from '../../isolation/limits/destinations.js';
import type { HostPort, PublishedPort } from '../../isolation/ports/ports.js';
import type { By } from '../../report/text/text.js';
import type { Milliseconds, OctetsPerSecond } from '../../units.js';
import type { BaselineOptions } from '../baseline.js';
import type { CiChoice } from '../ci/ci-system.js';
import type { ConfigChoice } from '../config/find-config.js';
import type { RepeatChoice } from '../repeat.js';
import type { ReportTarget } from './values/report-target.js';

/** What the words say about a run; what is absent has the library's default. */
export type RunOptions = {
  readonly limits: Limits;
  readonly warnLimits: Limits;
  readonly ignoreBypasses?: true;
  readonly config: ConfigChoice;
  /** The name of a budget in the configuration. */
  readonly budgetName?: string;
  readonly baseline?: BaselineOptions;
  /** A file for the report of a run that succeeded. */
  readonly saveBaseline?: string;
  readonly repeat?: RepeatChoice;
  readonly kill: boolean;
  readonly enforce?: true;
  readonly egress?: Egress;
  readonly rateLimit?: OctetsPerSecond;
  readonly budgetExitCode: number;
  readonly reports: readonly ReportTarget[];
  readonly quiet: boolean;
  /** Tables of the summary that were asked for; undefined: all that have something to show. */
  readonly by?: readonly By[];
  readonly redact?: true;
  readonly reverseDns?: true;
  readonly ci: CiChoice;
  readonly interval?: Milliseconds;
  readonly linger?: Milliseconds;
  readonly grace?: Milliseconds;
  readonly wait?: 'tree' | 'command';
  readonly user?: string;
  readonly isolation?: Asked;
  readonly netns?: string;
  readonly baselineIdle?: Milliseconds;
  readonly hostPorts: readonly HostPort[];
  readonly publish: readonly PublishedPort[];
};
