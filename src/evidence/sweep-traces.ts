import { readdir, rmdir, stat } from 'node:fs/promises';

/** Between making an instance and opening its files nothing holds it. */
const YOUNG_MS = 60_000;

/**
 * Removes instances of runs that ended without it. A living run has files of its instance open, and the kernel refuses
 * to remove that one (EBUSY), whatever pid or mount namespace it lives in.
 * @param folder the tracefs's `instances`
 */
export async function sweepTraces(folder: string, youngMs = YOUNG_MS): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((each) => each.startsWith('netmeter-'))) {
    const path = `${folder}/${name}`;
    const made = await stat(path).catch(() => undefined);
    if (made && Date.now() - made.mtimeMs > youngMs) await rmdir(path).catch(() => {});
  }
}
