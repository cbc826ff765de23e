/** A tree's control group, and which group a process is in. */
export type GroupView = {
  readonly folder: string;
  /** A descriptor of the folder. */
  readonly fd: number;
  readonly folderOf: (pid: number) => string | undefined;
  /** The numbers are counted there. */
  readonly isCounted: boolean;
};
