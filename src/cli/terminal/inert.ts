/**
 * Our own lines as they may stand in a log of GitHub Actions, whose runner takes a line that begins with `::`, and `##[`
 * anywhere in one, for a command to itself, on stderr too (actions/runner, ActionCommand.cs): a command line or a host's
 * name within ours must not be one.
 */
export const inert = (text: string, env: NodeJS.ProcessEnv) =>
  env['GITHUB_ACTIONS'] === 'true' ? text.replaceAll(/^(\s*):(?=:)/gm, '$1: ').replaceAll('##[', '# #[') : text;
