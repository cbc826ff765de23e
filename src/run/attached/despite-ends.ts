/** Where processes come and go all the time it is not the same one that ends at each look. */
const ATTEMPTS = 10;

/** A network namespace is opened by a process that lives there: where that one has ended meanwhile, another will do as well. */
export function despiteEnds<T>(work: () => T): T {
  for (let attempt = 1; ; attempt++) {
    try {
      return work();
    } catch (error) {
      if (attempt === ATTEMPTS || !isEnd(error)) throw error;
    }
  }
}

const isEnd = (error: unknown) => {
  const { code, path = '' } = error as NodeJS.ErrnoException;
  return (code === 'ENOENT' || code === 'ESRCH') && /^\/proc\/\d+\//.test(path);
};
