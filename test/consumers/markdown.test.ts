import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Measurement } from '../../src/measurement/measurement.js';
import { renderMarkdown } from '../../src/report/markdown.js';
import type { Cell } from '../../src/report/tables/table.js';
import { tablesOf } from '../../src/report/tables/tables.js';
import { visible } from '../../src/report/visible.js';
import { crawl, hostile, offline } from '../report/special.js';
import { describeWith, feed } from '../tools.js';
import { ALL } from './measurements.js';

/** As GitHub renders it, by its own program; raw HTML is kept, so that it is seen when it gets through. */
const html = (markdown: string) =>
  feed(
    'cmark-gfm',
    ['--unsafe', ...['table', 'autolink', 'strikethrough', 'tagfilter'].flatMap((extension) => ['-e', extension])],
    markdown,
  );

const ENTITIES: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"' };
const textOf = (fragment: string) =>
  fragment.replaceAll(/<[^>]*>/g, '').replaceAll(/&\w+;/g, (entity) => ENTITIES[entity] ?? entity);

/** The cells of all tables, heads included. */
const cellsOf = (page: string) =>
  [...page.matchAll(/<tr>([\s\S]*?)<\/tr>/g)].map(([, row = '']) =>
    [...row.matchAll(/<t[hd][^>]*>([\s\S]*?)<\/t[hd]>/g)].map(([, cell = '']) => textOf(cell)),
  );

/** What a reader is to see of a cell. */
function seen(cell: Cell): string {
  if (typeof cell === 'object' && 'verdict' in cell)
    return { within: '✔ within', exceeded: '✘ exceeded', unmeasured: '? cannot be judged' }[cell.verdict];
  const text = typeof cell === 'string' ? cell.trim() : cell.foreign;
  return visible(text);
}

const expected = (measurement: Measurement) =>
  tablesOf(measurement).flatMap(({ columns, rows }) => [
    columns.map(({ name }) => name),
    ...rows.map((cells) => cells.map(seen)),
  ]);

/** Nothing else is ever made of a report; mail addresses become links on GitHub, whatever is done. */
const TAGS =
  /^<\/?(h3|p|strong|code|table|thead|tbody|tr|t[hd]( align="(left|right)")?|details|summary|a|a href="mailto:[^"]*")>$/;
const strangeTags = (page: string) => (page.match(/<[^>]*>/g) ?? []).filter((tag) => !TAGS.test(tag));

describeWith(['command -v cmark-gfm'], 'the Markdown report', () => {
  test.each(ALL)('of %s shows every cell as it is, and nothing else', (_, measurement) => {
    const page = html(renderMarkdown(measurement));
    expect(cellsOf(page)).toEqual(expected(measurement));
    expect(strangeTags(page)).toEqual([]);
    expect(page).not.toMatch(/<a href="(?!mailto:)/);
  });

  test('has the verdict in its heading', () => {
    expect(html(renderMarkdown(crawl))).toMatch(
      "<h3>netmeter: <code>node crawl.js --depth 3 'https://example.org/a b'</code>: ✔ within budget</h3>",
    );
    expect(html(renderMarkdown(hostile))).toMatch(/^<h3>netmeter: <code>[^<]*<\/code><\/h3>/);
  });

  test('survives behind anything that stands before it', () => {
    const page = html(`<div>\nopen\n\n${renderMarkdown(crawl)}`);
    expect(cellsOf(page)).toEqual(expected(crawl));
  });

  test('holds any text of foreign origin and any message', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1 }), (texts) => {
        const measurement = {
          ...offline,
          attempts: texts.map((address) => ({ address, protocol: 'tcp', port: null, packets: 1 })),
          warnings: texts.map((message) => ({ code: 'X', message })),
        };
        const page = html(renderMarkdown(measurement));
        expect(cellsOf(page).map((cells) => cells.map((cell) => cell.trim()))).toEqual(
          expected(measurement).map((cells) => cells.map((cell) => cell.trim())),
        );
        expect(strangeTags(page)).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  test('holds any marks', () => {
    const marks = fc.string({ unit: fc.constantFrom(...'|`\\*_<>&~$[]()!#:/.@ awx'), maxLength: 12 });
    fc.assert(
      fc.property(fc.array(marks, { minLength: 1, maxLength: 20 }), (texts) => {
        const warnings = texts.map((message) => ({ code: 'X', message }));
        const attempts = texts.map((address) => ({ address, protocol: 'tcp', port: null, packets: 1 }));
        const measurement = { ...offline, attempts, warnings };
        const page = html(renderMarkdown(measurement));
        expect(cellsOf(page).map((cells) => cells.map((cell) => cell.trim()))).toEqual(
          expected(measurement).map((cells) => cells.map((cell) => cell.trim())),
        );
        expect(strangeTags(page)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a table that is cut', () => {
  test('says how many rows are left out', () => {
    const attempts = Array.from({ length: 1234 }, (_, port) => ({
      address: '192.0.2.1',
      protocol: 'tcp',
      port,
      packets: 1,
    }));
    const text = renderMarkdown({ ...offline, attempts }, { maxRows: 10 });
    expect(text.match(/^\| `192\.0\.2\.1`/gm)).toHaveLength(10);
    expect(text).toContain('1 224 more rows: the JSON report has them all.');
    expect(renderMarkdown({ ...offline, attempts }).match(/^\| `192\.0\.2\.1`/gm)).toHaveLength(1234);
  });
});
