import type { ErrorCode } from '../errors.js';
import type { MeasureOptions } from '../measure-options.js';
import type { Measurement } from '../measurement/measurement.js';

/** The word that starts netmeter's privileged part, for nobody to type. */
export const PRIVILEGED_WORD = '--netmeter-privileged-part';

/** Options that mean the same in another process. */
type PlainOptions = Omit<
  MeasureOptions,
  | 'signal'
  | 'hurry'
  | 'boundary'
  | 'onStart'
  | 'onHandOver'
  | 'onCommandEnd'
  | 'stdio'
  | 'env'
  | 'cwd'
  | 'user'
  | 'account'
  | 'caller'
  | 'netns'
>;

/** Their names. One that is missing here, and would be lost on the way, does not compile. */
const NAMED: Readonly<Record<keyof Required<PlainOptions>, true>> = {
  isolation: true,
  baselineIdle: true,
  ignoreBypasses: true,
  limits: true,
  warnLimits: true,
  kill: true,
  enforce: true,
  rateLimit: true,
  egress: true,
  interval: true,
  linger: true,
  grace: true,
  wait: true,
  processes: true,
  reverseDns: true,
  hostPorts: true,
  publish: true,
  openFiles: true,
};

export const OPTION_NAMES = Object.keys(NAMED) as readonly (keyof PlainOptions)[];

/** What the caller asks: the first line. */
export type Request = {
  readonly argv: readonly string[];
  readonly options: PlainOptions;
  readonly env: NodeJS.ProcessEnv;
  /** Undefined: where it is, a folder that was removed. */
  readonly cwd?: string | undefined;
  readonly umask: number;
  /** A path is absolute. */
  readonly netns?: string | undefined;
  /** As --user says it; undefined: whoever the kernel says the caller is. */
  readonly user?: string | undefined;
};

/** What a signal means, which the part that runs the command knows: it is the command's, or it ends the run. */
export type Signals = {
  take(signal: NodeJS.Signals): void;
  commandStarted(command: { readonly pid: number; readonly signal: (signal: NodeJS.Signals) => void }): void;
  commandEnded(): void;
  /** Aborted by the first that ends the run. */
  readonly signal: AbortSignal;
  /** Aborted by the second. */
  readonly hurry: AbortSignal;
};

/** What the caller says while the command runs. Its end is the end of the run, however it came about. */
export type FromCaller =
  | { readonly kind: 'signal'; readonly signal: NodeJS.Signals }
  | { readonly kind: 'stop' }
  | { readonly kind: 'hurry' };

export type ToCaller =
  | { readonly kind: 'started'; readonly pid: number }
  | { readonly kind: 'command-ended'; readonly descendants: number }
  | { readonly kind: 'measured'; readonly measurement: Measurement }
  | { readonly kind: 'failed'; readonly code: ErrorCode; readonly message: string; readonly cure: string };
