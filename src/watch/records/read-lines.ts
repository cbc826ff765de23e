/** A line longer than this is no record. */
const MAX_LINE = 1 << 24;
const NEWLINE = 0x0a;

/** A line of a file, or the place of one that is too long to be kept. */
export type NumberedLine = { readonly line: number; readonly text: string | undefined };

/**
 * The lines of a stream with their numbers, by the chunk: a file of any size is read in bounded memory. The last line need
 * not end.
 */
export async function* readLines(stream: AsyncIterable<Buffer>): AsyncGenerator<readonly NumberedLine[]> {
  let line = 0;
  let parts: Buffer[] = [];
  let length = 0;
  const take = (part: Buffer) => {
    length += part.length;
    // What is too long is let go of, up to its end.
    parts = length > MAX_LINE ? [] : [...parts, part];
  };
  const finish = (): NumberedLine => {
    const text = length > MAX_LINE ? undefined : Buffer.concat(parts).toString('utf8');
    parts = [];
    length = 0;
    line += 1;
    return { line, text };
  };
  for await (const chunk of stream) {
    const lines: NumberedLine[] = [];
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      take(chunk.subarray(from, end));
      lines.push(finish());
      from = end + 1;
    }
    if (from < chunk.length) take(chunk.subarray(from));
    yield lines;
  }
  if (length > 0) yield [finish()];
}
