/**
 * Text of foreign origin (arguments, device names) as a terminal may show it: `?` for what would steer the terminal
 * (control characters), break the line, or turn the reading direction so that the line looks like another, and for what
 * is no character: halves of surrogate pairs, U+FFFE, U+FFFF.
 */
export const visible = (text: string) =>
  text.replaceAll(/[\p{Cc}\p{Surrogate}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufffe\uffff]/gu, '?');
