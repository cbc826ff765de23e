/** CPU time that the kernel has charged to a group and all below it. */
export type CgroupCpu = { readonly userMs: number; readonly systemMs: number };

/** Parses `cpu.stat` (Documentation/admin-guide/cgroup-v2.rst); undefined where a line is missing. */
export function parseCpuStat(text: string): CgroupCpu | undefined {
  const [user, system] = [/^user_usec (\d+)$/m, /^system_usec (\d+)$/m].map((line) => line.exec(text)?.[1]);
  if (user === undefined || system === undefined) return undefined;
  return { userMs: Number(user) / 1000, systemMs: Number(system) / 1000 };
}

/** Parses `cgroup.events`: whether a living process is in the group or below it. */
export const isPopulated = (text: string) => /^populated 1$/m.test(text);

/** Parses `cgroup.procs`. A process of another pid namespace is shown as 0, and left out. */
export const parsePids = (text: string): number[] =>
  text
    .split('\n')
    .map(Number)
    .filter((pid) => pid > 0);
