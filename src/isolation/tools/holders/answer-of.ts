import { findStopped } from './find-stopped.js';
import { within } from './within.js';

/** What has been started to help a run. */
type Helpers = {
  /** Undefined: it could not be started. */
  readonly pids: readonly (number | undefined)[];
  /** So long they may take where nobody has stopped them, on a busy machine too. */
  readonly atMostMs: number;
};

const LOOK_MS = 500;
/** What is stopped for a moment goes on by itself. */
const MOST_LOOKS = 6;

/**
 * An answer of processes that netmeter has started. One that somebody has stopped, or stopped what it has started, gives
 * none: that is known long before a slow one would be taken for lost.
 * @throws what the answer throws, or what `failed` makes of the reason why there is none
 */
export async function answerOf<T>(
  { pids, atMostMs }: Helpers,
  answer: Promise<T>,
  failed: (reason: string) => Error,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const stopped = new Promise<never>((_, reject) => {
    let looks = 0;
    timer = setInterval(() => {
      const [pid] = pids.flatMap((each) => (each === undefined ? [] : (findStopped(each) ?? [])));
      looks = pid === undefined ? 0 : looks + 1;
      if (looks === MOST_LOOKS) reject(failed(`process ${pid}, which helps with it, was stopped by a signal`));
    }, LOOK_MS);
  });
  try {
    const late = () => failed(`no answer in ${atMostMs / 1000} s`);
    return await within(atMostMs, Promise.race([answer, stopped]), late);
  } finally {
    clearInterval(timer);
  }
}
