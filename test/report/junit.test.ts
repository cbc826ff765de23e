import { expect, test } from 'vitest';
import { renderJunit } from '../../src/report/junit.js';
import { processRows } from '../../src/report/text/process-rows.js';
import { remoteRows } from '../../src/report/text/remote-rows.js';
import { crawl } from './special.js';

test('the suite’s output has a row for each remote and each process, as other reports have', () => {
  const [, output = ''] = /<system-out>(.*)<\/system-out>/s.exec(renderJunit(crawl)) ?? [];
  const rows = [...remoteRows(crawl), ...processRows(crawl)];
  expect(rows.length).toBeGreaterThan(8);
  expect(output).toContain(rows.join('\n'));
});
