import { describe, expect, test } from 'vitest';
import { renderCsv } from '../../src/report/csv.js';
import { renderHtml } from '../../src/report/html/html.js';
import { renderJunit } from '../../src/report/junit.js';
import { renderMarkdown } from '../../src/report/markdown.js';
import { renderOpenMetrics } from '../../src/report/metrics/open-metrics.js';
import { MEASUREMENTS } from './measurements.js';
import { hostile } from './special.js';

const FORMATS = {
  md: renderMarkdown,
  html: renderHtml,
  csv: renderCsv,
  prom: renderOpenMetrics,
  'junit.xml': renderJunit,
} as const;

describe.each(Object.entries(FORMATS))('the report as .%s', (extension, render) => {
  test.each([...MEASUREMENTS, ['hostile', hostile] as const])('of %s is the golden one', async (name, measurement) => {
    await expect(render(measurement)).toMatchFileSnapshot(`../../fixtures/reports/1/${name}.${extension}`);
  });

  test('ends with its last line', () => {
    for (const [, measurement] of MEASUREMENTS) expect(render(measurement)).toMatch(/[^\n]\n$/);
  });
});
