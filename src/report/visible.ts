/**
 * Text of foreign origin (arguments, device names) as a terminal may show it: `?` for what would steer the terminal
 * (control characters), break the line, or turn the reading direction so that the line looks like another.
 */
export const visible = (text: string) => text.replaceAll(/[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu, '?');
