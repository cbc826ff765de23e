import { visible } from './visible.js';

/** A command as a shell would take it, on one line of at most `width` characters and without control characters. */
export function commandLine(argv: readonly string[], width: number): string {
  // By code points: half a surrogate pair is no character.
  const line = [...argv.map(quote).join(' ')];
  return line.length <= width ? line.join('') : `${line.slice(0, width - 1).join('')}…`;
}

/** One word as a shell would take it. */
export function quote(word: string): string {
  const shown = visible(word);
  return /^[\w@%+=:,./-]+$/.test(shown) ? shown : `'${shown.replaceAll("'", String.raw`'\''`)}'`;
}
