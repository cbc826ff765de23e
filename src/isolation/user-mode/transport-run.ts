import { type ChildProcess, execFile } from 'node:child_process';
import { NetmeterError } from '../../errors.js';
import type { Warning } from '../../measurement/measurement.js';
import type { LineChannel } from '../tools/holders/line-channel.js';
import type { Transport } from './transport.js';
import { complaint, hidesRefusals } from './transport-sayings.js';

/** A transport's life: what it says, and that it ended before it should. */
export class TransportRun {
  readonly warnings: Warning[] = [];
  readonly #tool: Transport['tool'];
  readonly #said: string[] = [];
  readonly #gone: Promise<void>;
  readonly #version: ChildProcess;
  #isLeft = false;

  /** @param output what it says; its end is the transport's */
  constructor({ tool, file }: Transport, output: LineChannel) {
    this.#tool = tool;
    this.#gone = this.#listen(output);
    // Beside the start it costs no time; which version it is decides what its silence means.
    this.#version = execFile(file, ['--version'], (_, version) =>
      this.#said.push(...version.split('\n').filter(Boolean)),
    );
  }

  /** Waits until `ready`; from then on its end is a warning. @throws {NetmeterError} SETUP_FAILED: it ended before */
  async attach(ready: Promise<void>): Promise<void> {
    await Promise.race([ready, this.#gone.then(() => this.#fail())]);
    void this.#gone.then(() => this.#warnOfEnd());
  }

  /** Its version and complaints so far, for a message. */
  get complaint(): string {
    return complaint(this.#said);
  }

  /** What is to be said of it where connects were not answered. */
  unansweredWarnings(): Warning[] {
    if (!hidesRefusals(this.#said)) return [];
    const message = 'refused connections time out with this old pasta (cure: a later version of the package passt)';
    return [{ code: 'OLD_PASTA', message }];
  }

  /** Its end is expected from now on. */
  leave(): void {
    this.#isLeft = true;
    // Somebody may have stopped it.
    this.#version.kill('SIGKILL');
  }

  async #listen(output: LineChannel): Promise<void> {
    for (let line = await output.nextLine(); line !== undefined; line = await output.nextLine()) this.#said.push(line);
  }

  #fail(): never {
    throw new NetmeterError('SETUP_FAILED', `${this.#tool} could not be started: ${this.complaint}`, {
      cure: 'Install another version of it, or run netmeter as root: sudo netmeter -- COMMAND',
    });
  }

  #warnOfEnd(): void {
    if (this.#isLeft) return;
    const message = `${this.#tool} ended while the command ran, and with it the network: ${this.complaint}`;
    this.warnings.push({ code: 'TRANSPORT_ENDED', message });
  }
}
