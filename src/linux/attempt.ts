/** What `work` returns; undefined where it cannot be had, for whatever reason. */
export function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
