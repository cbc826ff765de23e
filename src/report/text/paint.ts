/** Colours of the terminal (ECMA-48 SGR), or none. */
export type Paint = Readonly<Record<'bold' | 'red' | 'green' | 'yellow', (text: string) => string>>;

export function painter(color: boolean): Paint {
  const sgr = (on: number, off: number) => (text: string) => (color ? `\u001b[${on}m${text}\u001b[${off}m` : text);
  return { bold: sgr(1, 22), red: sgr(31, 39), green: sgr(32, 39), yellow: sgr(33, 39) };
}
