/**
 * Variables by which the C library and its loader load code and read files into any program, but for one that has got rights
 * by its file (unsecvars.h of glibc). Beside LD_ and MALLOC_ these.
 */
const OBEYED = new Set(['GCONV_PATH', 'GLIBC_TUNABLES', 'LOCPATH', 'NLSPATH']);

export type Started = { readonly argv: readonly string[]; readonly env: NodeJS.ProcessEnv };

/**
 * What starts a command by programs that go before it, some of which have root's rights still: variables that would load
 * the caller's code into these are the command's alone, which env(1) hands to it as the last of them.
 * @param env where that program is
 * @returns undefined where it is needed and missing
 */
export function carriedPast(enter: readonly string[], command: Started, env: string | undefined): Started | undefined {
  const obeyed = Object.entries(command.env).filter(([name]) => isObeyed(name));
  if (enter.length === 0 || obeyed.length === 0) return { ...command, argv: [...enter, ...command.argv] };
  if (env === undefined) return undefined;
  const handed = obeyed.map(([name, value]) => `${name}=${value ?? ''}`);
  const rest = Object.entries(command.env).filter(([name]) => !isObeyed(name));
  return { argv: [...enter, env, ...handed, ...named(command.argv)], env: Object.fromEntries(rest) };
}

/** env(1) takes a word with `=` for one more variable; a shell, with the command's rights by then, does not. */
const named = (argv: readonly string[]) =>
  argv[0]?.includes('=') ? ['/bin/sh', '-c', 'exec "$0" "$@"', ...argv] : argv;

const isObeyed = (name: string) => /^(LD|MALLOC)_/.test(name) || OBEYED.has(name);
