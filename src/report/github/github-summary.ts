import type { Measurement } from '../../measurement/measurement.js';
import { renderMarkdown } from '../markdown.js';

/** A summary of 1 MiB is shown, a larger one not at all; the runner's masks for secrets may make it grow a little. */
const LIMIT = 2 ** 20 - 2 ** 12;

/** Rows of a table, from what a page can bear down to what a reader needs. */
const ROWS = [1000, 100, 10, 1];

const NO_ROOM = '\nnetmeter: no room is left for the report in this summary (1 MiB); see the log of the step.\n';

/** The Markdown report, its tables cut so far that it fits behind `present` bytes; empty when nothing does. */
export function githubSummary(measurement: Measurement, present: number): string {
  const room = LIMIT - present;
  for (const maxRows of ROWS) {
    // What stands before may be HTML, which only an empty line ends.
    const text = `\n${renderMarkdown(measurement, { maxRows })}`;
    if (octetsOf(text) <= room) return text;
  }
  return octetsOf(NO_ROOM) <= room ? NO_ROOM : '';
}

const octetsOf = (text: string) => new TextEncoder().encode(text).length;
