import { readFileSync } from 'node:fs';
import { parseEventFormat, parsePageLayout } from '../../src/evidence/event-format.js';
import type { PageLayout } from '../../src/evidence/ring-buffer-page.js';
import { type Formats, TRACED_EVENTS } from '../../src/evidence/traced-events.js';

const folder = new URL('../../fixtures/trace/linux-6.18/', import.meta.url).pathname;
const text = (name: string) => readFileSync(`${folder}${name}`, 'latin1');

/** Captured pages, with what the kernel said of them. */
export function traceFixture(): { formats: Formats; layout: PageLayout; pages: Buffer[] } {
  const names = Object.keys(TRACED_EVENTS);
  const formats = names.map((name) => [name, parseEventFormat(text(`${name.replace('/', '.')}.format`))]);
  const layout = parsePageLayout(text('header_page'), true);
  if (!layout) throw new Error('the fixture has no layout');
  return {
    formats: Object.fromEntries(formats) as Formats,
    layout,
    pages: ['cpu0', 'cpu1'].map((name) => readFileSync(`${folder}${name}`)),
  };
}

export const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
