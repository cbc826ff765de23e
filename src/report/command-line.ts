/** A command as a shell would take it, on one line of at most `width` characters and without control characters. */
export function commandLine(argv: readonly string[], width: number): string {
  const line = argv.map(quote).join(' ');
  return line.length <= width ? line : `${line.slice(0, width - 1)}…`;
}

function quote(word: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not reach the terminal
  const visible = word.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, '?');
  return /^[\w@%+=:,./-]+$/.test(visible) ? visible : `'${visible.replaceAll("'", String.raw`'\''`)}'`;
}
