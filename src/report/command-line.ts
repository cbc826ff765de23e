import { visible } from './visible.js';

/** A command as a shell would take it, on one line of at most `width` characters and without control characters. */
export function commandLine(argv: readonly string[], width: number): string {
  // By code points: half a surrogate pair is no character.
  const line = [...argv.map(quote).join(' ')];
  return line.length <= width ? line.join('') : `${line.slice(0, width - 1).join('')}…`;
}

/** One word as a shell would take it. */
export function quote(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  // What cannot be shown is escaped, and then a backslash is one too.
  if (visible(word) !== word) return `$'${visible(word.replaceAll(/[\\']/g, String.raw`\$&`))}'`;
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
