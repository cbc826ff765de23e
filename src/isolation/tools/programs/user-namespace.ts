/**
 * argv that makes what follows it the caller again, behind a user namespace in which the caller is root: a second one
 * maps back. Supplementary groups cannot be mapped by an ordinary user; files show them as nobody's.
 */
export const enterUserNamespace = ({ unshare }: { readonly unshare: string }, uid: number, gid: number): string[] => [
  unshare,
  '--user',
  `--map-user=${uid}`,
  `--map-group=${gid}`,
  '--',
];
