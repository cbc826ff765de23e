/** The summary is this wide, that of a plain terminal. */
export const WIDTH = 80;

export const LABEL_WIDTH = 9;
export const INDENT = ' '.repeat(2 + LABEL_WIDTH + 1);

/** A labelled line of the summary; text that is too long goes on below, under itself. */
export function row(label: string, text: string, paint = (plain: string) => plain): string {
  const lines = wrap(text, WIDTH - INDENT.length).map((line) => paint(line));
  return `  ${label.padEnd(LABEL_WIDTH)} ${lines.join(`\n${INDENT}`)}`;
}

/** Behind a digit no line ends: `1 234 567 B` stays together. */
const BREAKS = /(?<!\d) /;

/** Breaks at spaces; a word that is too long stays whole, because it is copied more often than looked at. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(BREAKS)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
