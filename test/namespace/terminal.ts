import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';

/** An interactive bash in a terminal of its own, typed into and looked at as a person would. */
export class Terminal implements Disposable {
  // A server of its own: one that is just ending would refuse us.
  readonly #folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));

  constructor() {
    // A shell without anybody's settings: its prompt is what the tests wait for.
    const shell = 'env -u NO_COLOR -u FORCE_COLOR PS1=prompt: bash --norc --noprofile';
    this.#tmux('-f', '/dev/null', 'new-session', '-d', '-x', '100', '-y', '40', shell);
  }

  /** Types a line and Enter. */
  type(line: string): void {
    this.#tmux('send-keys', '-l', line);
    this.press('Enter');
  }

  /** Presses a key by tmux's name for it: `C-c`, `Enter`. */
  press(key: string): void {
    this.#tmux('send-keys', key);
  }

  /** What is on the screen. */
  screen(): string {
    return this.#tmux('capture-pane', '-p', '-J');
  }

  /** Waits until the screen shows something. */
  async shows(what: RegExp): Promise<void> {
    await expect.poll(() => this.screen()).toMatch(what);
  }

  [Symbol.dispose](): void {
    this.#tmux('kill-server');
    rmSync(this.#folder, { recursive: true });
  }

  #tmux(...words: readonly string[]): string {
    return execFileSync('tmux', ['-S', join(this.#folder, 'socket'), ...words], { encoding: 'utf8' });
  }
}
