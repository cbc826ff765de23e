import type { Reading } from '../reading.js';
import { nextRecord, recordLine } from './next-record.js';
import type { SampleRecord } from './record.js';
import type { RecordFile } from './write-records.js';

/** So many records wait for a disk that is full: a day, by the minute. */
export const MAX_WAITING = 1440;

/** A record, and whether the disk has it. */
export type Logged = {
  readonly record: SampleRecord;
  /** Why it is not on the disk yet; it is tried again with the next one. */
  readonly failure?: unknown;
  /** How many records wait for the disk, this one included. */
  readonly waiting: number;
};

/** Where records go: each is made from the one before, and written before it is handed on. */
export class SampleLog {
  readonly #file: Pick<RecordFile, 'append'> | undefined;
  readonly #waiting: string[] = [];
  #last: SampleRecord | undefined;

  /** @param last the newest record of the file, which the first sample goes on from */
  constructor(file: Pick<RecordFile, 'append'> | undefined, last: SampleRecord | undefined) {
    this.#file = file;
    this.#last = last;
  }

  async add(reading: Reading): Promise<Logged> {
    const record = nextRecord(this.#last, reading);
    const failure = await this.#write();
    if (failure !== undefined && this.#waiting.length >= MAX_WAITING) {
      // It is not kept: the next sample counts from the one before, and holds this one's numbers too.
      return { record, failure, waiting: this.#waiting.length };
    }
    this.#last = record;
    if (!this.#file) return { record, waiting: 0 };
    this.#waiting.push(recordLine(record));
    const own = failure ?? (await this.#write());
    return { record, waiting: this.#waiting.length, ...(own !== undefined && { failure: own }) };
  }

  /** Writes what waits, oldest first. @returns why it could not */
  async #write(): Promise<unknown> {
    try {
      for (let line = this.#waiting[0]; line !== undefined; line = this.#waiting[0]) {
        await this.#file?.append(line);
        this.#waiting.shift();
      }
      return undefined;
    } catch (error) {
      return error;
    }
  }
}
