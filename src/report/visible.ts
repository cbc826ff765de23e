/**
 * What would steer the terminal (control characters), break the line, or turn the reading direction so that the line looks
 * like another, and what is no character: halves of surrogate pairs, U+FFFE, U+FFFF.
 */
const HIDDEN = /[\p{Cc}\p{Surrogate}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufffe\uffff]/gu;

const SHORT: ReadonlyMap<string, string> = new Map([
  ['\n', String.raw`\n`],
  ['\r', String.raw`\r`],
  ['\t', String.raw`\t`],
  ['\u001b', String.raw`\e`],
]);

/** A character as bash's $'...' has it. */
export function escaped(character: string): string {
  const code = character.charCodeAt(0).toString(16);
  return SHORT.get(character) ?? (code.length > 2 ? `\\u${code.padStart(4, '0')}` : `\\x${code.padStart(2, '0')}`);
}

/** Of these, what JSON's own text (RFC 8259) may hold as it is. */
const IN_JSON = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufffe\uffff]/g;

/** A value as JSON whose text steers no terminal: the same value to whoever parses it. */
export const visibleJson = (value: unknown, indent?: number): string =>
  JSON.stringify(value, undefined, indent).replaceAll(
    IN_JSON,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** Text of foreign origin (arguments, device names) as a terminal may show it, on one line. */
export const visible = (text: string) => text.replaceAll(HIDDEN, escaped);
