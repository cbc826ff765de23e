/**
 * Where a key stands in a program's text. Nothing but running it shows what it exports: this looks for the keys of the
 * path, one behind the other, and goes as far as it finds them.
 */
export function locateInSource(file: string, text: string, path: readonly PropertyKey[]): string {
  let [found, from] = [-1, 0];
  for (const key of path) {
    const word = String(key).replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
    const match = new RegExp(`(?<![\\w$])(['"\`]?)${word}\\1\\s*:`).exec(text.slice(from));
    if (!match) break;
    found = from + match.index;
    from = found + match[0].length;
  }
  if (found < 0) return file;
  const lines = text.slice(0, found).split('\n');
  return `${file}:${lines.length}:${(lines.at(-1)?.length ?? 0) + 1}`;
}
