import { readdirSync, rmdirSync } from 'node:fs';

/** The folders of all groups below one, each before those below it. A group that goes meanwhile is left out. */
export function foldersBelow(folder: string): string[] {
  const names = unlessGone(() => readdirSync(folder, { withFileTypes: true })) ?? [];
  return names
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => [`${folder}/${name}`, ...foldersBelow(`${folder}/${name}`)]);
}

/** Removes groups without processes, the lowest first. One that has any stays, and so do those above it. */
export function removeFolders(folder: string): void {
  for (const below of [folder, ...foldersBelow(folder)].reverse()) unlessGone(() => rmdirSync(below));
}

function unlessGone<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
