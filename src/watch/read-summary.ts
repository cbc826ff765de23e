import { createReadStream } from 'node:fs';
import { NetmeterError } from '../errors.js';
import { reasonOf } from '../files/reason-of.js';
import { addRecord, addUnreadable } from './records/add-record.js';
import { parseRecord } from './records/parse-record.js';
import { type NumberedLine, readLines } from './records/read-lines.js';
import { NO_SUMMARY, type WatchSummary } from './summary.js';

const CHUNK = 1 << 20;

/**
 * Sums up a watch file, which may be of any size and be written to meanwhile.
 * @param path what the file is called; `stream` is read in its place
 * @throws {NetmeterError} WATCH_FILE_FAILED, or WATCH_FILE_FOREIGN when it holds no sample at all
 */
export async function readSummary(path: string, stream?: AsyncIterable<Buffer>): Promise<WatchSummary> {
  let summary = NO_SUMMARY;
  try {
    for await (const lines of readLines(stream ?? createReadStream(path, { highWaterMark: CHUNK })))
      summary = lines.reduce(addLine, summary);
  } catch (cause) {
    throw new NetmeterError('WATCH_FILE_FAILED', `${path} cannot be read: ${reasonOf(cause)}`, {
      cure: 'Check the path, and that it may be read.',
      cause,
    });
  }
  if (summary.samples === 0)
    throw new NetmeterError('WATCH_FILE_FOREIGN', `${path} holds no sample of netmeter watch`, {
      cure: 'Give a file that netmeter watch --out has written.',
    });
  return summary;
}

function addLine(summary: WatchSummary, { line, text }: NumberedLine): WatchSummary {
  if (text === undefined) return addUnreadable(summary, { line, reason: 'it is too long' });
  if (text === '') return summary;
  const parsed = parseRecord(text);
  return parsed.kind === 'record'
    ? addRecord(summary, parsed.record)
    : addUnreadable(summary, { line, reason: parsed.reason });
}
