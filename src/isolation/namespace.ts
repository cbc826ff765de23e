import { readdirSync, readlinkSync } from 'node:fs';
import { NetmeterError } from '../errors.js';
import type { Tools } from './find-tools.js';
import type { Guardian } from './guardian.js';
import { joined } from './line-channel.js';

/** A network namespace without a name, kept by its holder process and by whoever holds its files open. */
export class Namespace {
  readonly pid: number;
  readonly #guardian: Guardian;
  readonly #entered: readonly string[];

  private constructor(guardian: Guardian, pid: number, hasMounts: boolean) {
    this.#guardian = guardian;
    this.pid = pid;
    this.#entered = hasMounts ? ['--net', '--mount', '--root', '--wd'] : ['--net'];
  }

  /** Resolves when the guardian's holder is in its own namespace. @throws {NetmeterError} SETUP_FAILED */
  static async ready(guardian: Guardian, hasMounts: boolean): Promise<Namespace> {
    const pid = await guardian.holderPid();
    const { before, end } = await guardian.helpers.holder.linesUntil('ready');
    if (end) return new Namespace(guardian, pid, hasMounts);
    throw new NetmeterError(
      'SETUP_FAILED',
      `a network namespace could not be made: ${joined(before) || 'no reason given'}`,
    );
  }

  /** Runs `ip -batch` lines inside; the `ip` is already waiting for them. */
  async configure(lines: readonly string[]): Promise<void> {
    const ip = this.#guardian.helpers.innerIp;
    ip.send(...lines);
    ip.end();
    const { before, end } = await ip.linesUntil('ok', 'failed');
    if (end === 'ok') return;
    throw new NetmeterError(
      'SETUP_FAILED',
      `the links inside the namespace could not be configured: ${joined(before)}`,
    );
  }

  /** argv that runs what follows it inside. */
  enter(tools: Tools): string[] {
    return [tools.nsenter, '--target', `${this.pid}`, ...this.#entered, '--'];
  }

  /** Processes of the namespace, the holder excepted. Links of other users' processes need CAP_SYS_PTRACE. */
  members(): number[] {
    const own = networkOf(`${this.pid}`);
    if (own === undefined) return [];
    return readdirSync('/proc')
      .filter((entry) => /^\d+$/.test(entry) && entry !== `${this.pid}` && networkOf(entry) === own)
      .map(Number);
  }
}

/** The namespace's identity ("net:[4026531840]"); undefined when the process is gone or a zombie. */
function networkOf(pid: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return undefined;
  }
}
