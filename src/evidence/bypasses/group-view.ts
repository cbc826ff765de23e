/** A tree's control group, and which group a process is in. */
export type GroupView = {
  readonly folder: string;
  /** A descriptor of the folder. */
  readonly fd: number;
  readonly folderOf: (pid: number) => string | undefined;
  /** The numbers are counted there. */
  readonly isCounted: boolean;
};

/** Whether a process is in the group, or in one below it; false for one that has ended. */
export function isInGroup({ folder, folderOf }: Pick<GroupView, 'folder' | 'folderOf'>, pid: number): boolean {
  const its = folderOf(pid);
  return its !== undefined && (its === folder || its.startsWith(`${folder}/`));
}
