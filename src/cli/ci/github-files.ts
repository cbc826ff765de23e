/** The variables that name the files by which a step of GitHub Actions gives its runner something. */
export const GITHUB_FILES = ['GITHUB_STEP_SUMMARY', 'GITHUB_OUTPUT'] as const;

export type GithubFile = (typeof GITHUB_FILES)[number];
