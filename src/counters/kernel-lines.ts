import { malformed } from './malformed.js';

/**
 * The lines of a kernel file. The kernel ends each with a newline, so a text that does not was cut, perhaps in the
 * middle of a number: such a number would be believable and wrong.
 * @throws {NetmeterError} MALFORMED_KERNEL_FILE
 */
export function kernelLines(file: string, text: string): string[] {
  if (text === '') throw malformed(file, 1, 'it is empty');
  const lines = text.split('\n');
  if (lines.pop() !== '') throw malformed(file, lines.length + 1, 'it ends within a line');
  return lines;
}
