import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { once } from './wait.js';

/** A headless browser of this machine; undefined: there is none. */
export const BROWSER = ['chromium-headless-shell', 'google-chrome', 'chromium'].find(
  (name) => spawnSync('sh', ['-c', `command -v ${name}`]).status === 0,
);

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--remote-debugging-pipe',
  '--no-first-run',
  '--hide-scrollbars',
];

type Event = { readonly method: string; readonly params: Record<string, unknown> };
type Answer = {
  readonly id?: number;
  readonly result?: Record<string, unknown>;
  readonly error?: { message: string };
} & Partial<Event>;

export type View = {
  readonly width: number;
  readonly height: number;
  readonly scheme: 'light' | 'dark';
};

/**
 * A headless Chromium in a network namespace of its own without a way out, driven over a pipe (the DevTools protocol:
 * messages end with a zero byte).
 */
export class Browser implements AsyncDisposable {
  /** What happened since the page was opened: requests, console messages, violations of the page's policy. */
  readonly events: Event[] = [];
  readonly #child: ChildProcess;
  readonly #profile: string;
  readonly #waiting = new Map<
    number,
    { resolve: (result: Record<string, unknown>) => void; reject: (e: Error) => void }
  >();
  #session: string | undefined;
  #last = 0;

  private constructor(child: ChildProcess, profile: string) {
    this.#child = child;
    this.#profile = profile;
    let partial = '';
    const answers = child.stdio[4] as Readable;
    answers.setEncoding('utf8');
    answers.on('data', (text: string) => {
      const messages = (partial + text).split('\0');
      partial = messages.pop() ?? '';
      for (const message of messages) this.#take(JSON.parse(message));
    });
    child.once('exit', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('the browser ended'));
    });
  }

  static async start(): Promise<Browser> {
    const profile = mkdtempSync(join(tmpdir(), 'netmeter-browser-'));
    // With a process namespace, in which all its helpers end with it: one that writes late keeps the folder from going.
    const words = [
      '--net',
      '--pid',
      '--fork',
      '--kill-child',
      BROWSER ?? 'no browser',
      ...FLAGS,
      `--user-data-dir=${profile}`,
    ];
    const browser = new Browser(
      spawn('unshare', words, { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] }),
      profile,
    );
    const { targetId } = await browser.call('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await browser.call('Target.attachToTarget', { targetId, flatten: true });
    browser.#session = String(sessionId);
    for (const domain of ['Page', 'Network', 'Log', 'Runtime']) await browser.call(`${domain}.enable`);
    return browser;
  }

  async open(url: string, { width, height, scheme }: View): Promise<void> {
    this.events.length = 0;
    await this.call('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: width < 600 });
    await this.call('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] });
    await this.call('Page.navigate', { url });
    while (!this.events.some(({ method }) => method === 'Page.loadEventFired')) await this.evaluate('0');
  }

  /** The value of an expression in the page, as JSON. */
  async evaluate(expression: string): Promise<unknown> {
    const { result } = await this.call('Runtime.evaluate', { expression, returnByValue: true });
    return (result as { value?: unknown }).value;
  }

  /** The whole page as a PNG. */
  async screenshot(): Promise<Buffer> {
    const { data } = await this.call('Page.captureScreenshot', { format: 'png', captureBeyondViewport: true });
    return Buffer.from(String(data), 'base64');
  }

  call(method: string, params: object = {}): Promise<Record<string, unknown>> {
    const id = ++this.#last;
    const session = this.#session === undefined ? {} : { sessionId: this.#session };
    (this.#child.stdio[3] as Writable).write(`${JSON.stringify({ id, method, params, ...session })}\0`);
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  #take({ id, result, error, method, params }: Answer): void {
    if (method !== undefined) this.events.push({ method, params: params ?? {} });
    const waiting = id === undefined ? undefined : this.#waiting.get(id);
    if (id === undefined || !waiting) return;
    this.#waiting.delete(id);
    if (error) waiting.reject(new Error(error.message));
    else waiting.resolve(result ?? {});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.call('Browser.close').catch(() => {});
    await ended;
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
