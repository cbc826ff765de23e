import { closeSync, constants, fstatSync, ftruncateSync, readSync, writeFileSync } from 'node:fs';
import type { HeldPlace } from './held-place.js';

/**
 * Adds a text to the place's file, on a line of its own, whole or not at all.
 * @param render the text for a file that holds so many bytes; empty when there is no room
 */
export function appendText(place: HeldPlace, render: (present: number) => string): void {
  const present = place.present();
  if (present?.isDirectory()) throw new Error('illegal operation on a directory');
  // Looked at before it is opened: to open a device may do something.
  if (present && !present.isFile() && !present.isSymbolicLink()) throw new Error('it is no regular file');
  const fd = place.open(constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile()) throw new Error('it is no regular file');
    const text = render(stats.size + 1);
    if (text === '') throw new Error('it is full');
    append(fd, stats.size, text);
  } finally {
    closeSync(fd);
  }
}

function append(fd: number, size: number, text: string): void {
  try {
    writeFileSync(fd, endsWithinLine(fd, size) ? `\n${text}` : text);
  } catch (cause) {
    // Half a line would be an error of its own.
    ftruncateSync(fd, size);
    throw cause;
  }
}

function endsWithinLine(fd: number, size: number): boolean {
  const last = Buffer.alloc(1);
  return size > 0 && readSync(fd, last, 0, 1, size - 1) === 1 && last.toString('latin1') !== '\n';
}
