/** Waits without letting anything else happen: for a few milliseconds, where an answer is needed at once. */
export function pauseThread(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
