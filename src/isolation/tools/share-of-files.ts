import { readText } from './read-text.js';

/** What a process mostly gets (RLIMIT_NOFILE), where /proc does not say. */
const USUAL = 1024;

/**
 * How many descriptors of ours others may have us open, by a flood of questions or connections, at one place: the rest is for
 * the run, whose verdict and report need some at its end.
 * @param part of all that may be open; of several places the parts add up
 * @param text /proc/self/limits (proc(5))
 */
export function shareOfFiles(part: number, text = readText('/proc/self/limits') ?? ''): number {
  const limit = /^Max open files\s+(\d+)/m.exec(text)?.[1];
  return Math.max(1, Math.floor(Number(limit ?? USUAL) * part));
}
