import type { OpenFile } from '../../files/open-file.js';
import { parseRecord } from './parse-record.js';
import type { SampleRecord } from './record.js';

/** How a watch file ends. */
export type FileEnd =
  /** `cut`: a part of a line comes behind the last whole one, as a power loss leaves it. */
  | { readonly kind: 'watch-file'; readonly last: SampleRecord | undefined; readonly cut: boolean }
  /** It holds something else. */
  | { readonly kind: 'foreign' };

/** The last record is looked for in the file's end, of this length at first, and of the other one at most. */
const FIRST_WINDOW = 1 << 16;
const LAST_WINDOW = 1 << 24;

/** Reads the newest record that is whole: what is behind it was cut, and is no reason to begin anew. */
export async function readFileEnd(file: OpenFile): Promise<FileEnd> {
  const { size } = await file.stat();
  for (let window = FIRST_WINDOW; ; window *= 16) {
    const from = Math.max(0, size - window);
    const text = await readText(file, from, size);
    const lines = text.split('\n');
    // The window begins within a line, most likely.
    if (from > 0) lines.shift();
    const last = lastRecord(lines);
    if (last) return { kind: 'watch-file', last, cut: isCut(lines.at(-1) ?? '') };
    if (from > 0 && window < LAST_WINDOW) continue;
    return from === 0 && isBeginning(text)
      ? { kind: 'watch-file', last: undefined, cut: isCut(lines.at(-1) ?? '') }
      : { kind: 'foreign' };
  }
}

async function readText(file: OpenFile, from: number, to: number): Promise<string> {
  const buffer = Buffer.alloc(to - from);
  let length = 0;
  while (length < buffer.length) {
    const { bytesRead } = await file.read(buffer, length, buffer.length - length, from + length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return buffer.toString('utf8', 0, length);
}

function lastRecord(lines: readonly string[]): SampleRecord | undefined {
  for (let at = lines.length - 1; at >= 0; at--) {
    const parsed = parseRecord(lines[at] ?? '');
    if (parsed.kind === 'record') return parsed.record;
  }
  return undefined;
}

/** A whole record that lacks its newline alone is not cut. */
const isCut = (line: string) => line !== '' && parseRecord(line).kind !== 'record';

const START = '{"schema":1,"kind":"sample"';

/** Nothing, or first records that were all cut: power losses leave zero bytes too. */
const isBeginning = (text: string) =>
  text.split('\n').every((line) => {
    const written = line.replaceAll('\0', '');
    return START.startsWith(written.slice(0, START.length));
  });
