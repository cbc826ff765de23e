/** Of a wait: a process that is held up, by a busy machine or a ^Z, misses one of them and not the answer. */
const PARTS = 10;

/**
 * Calls `late` after `ms` milliseconds in which an answer could have been heard: in between, what has arrived is read.
 * @returns what clearInterval() calls off
 */
export function afterPatience(ms: number, late: () => void): NodeJS.Timeout {
  let left = PARTS;
  const timer = setInterval(() => {
    left -= 1;
    if (left > 0) return;
    clearInterval(timer);
    late();
  }, ms / PARTS);
  return timer;
}

/**
 * A promise with an end: its value, or after `ms` milliseconds of patience what `late` makes.
 * @throws what the promise throws, or what `late` returns
 */
export async function within<T>(ms: number, promise: Promise<T>, late: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_, reject) => {
    timer = afterPatience(ms, () => reject(late()));
  });
  try {
    return await Promise.race([promise, over]);
  } finally {
    clearInterval(timer);
  }
}
