/** A CI system that gets the result in its own places: `--ci`. */
export type CiChoice = 'auto' | 'github' | 'gitlab' | 'none';

/**
 * Which system gets the result. GitLab takes files alone (`--report x.junit.xml`, `x.prom`), so that knowing it changes
 * nothing but that GitHub is not looked for. Forgejo and Gitea call themselves GitHub, and read the same.
 */
export function ciSystem(choice: CiChoice, env: NodeJS.ProcessEnv): 'github' | undefined {
  if (choice === 'github') return 'github';
  return choice === 'auto' && env['GITHUB_ACTIONS'] === 'true' && env['GITHUB_STEP_SUMMARY'] ? 'github' : undefined;
}
