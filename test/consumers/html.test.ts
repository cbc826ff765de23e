import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Measurement } from '../../src/measurement/measurement.js';
import { renderHtml } from '../../src/report/html/html.js';
import { tablesOf } from '../../src/report/tables/tables.js';
import { visible } from '../../src/report/visible.js';
import { BROWSER, Browser, type View } from '../browser.js';
import { blind, breach, crawl, hostile, long, quiet, wide } from '../report/special.js';
import { describeWith } from '../tools.js';
import { ALL } from './measurements.js';

const VIEWS: Readonly<Record<string, View>> = {
  light: { width: 1100, height: 800, scheme: 'light' },
  dark: { width: 1100, height: 800, scheme: 'dark' },
  phone: { width: 360, height: 740, scheme: 'light' },
};
const EACH = ALL.flatMap(([name, measurement]) =>
  Object.entries(VIEWS).map(([kind, view]) => [name, kind, measurement, view] as const),
);

/** WCAG's contrast between the colours of an element's text and of what is behind it. */
const CONTRASTS = `(() => {
  const luminance = (rgb) => rgb.map((part) => part / 255).map((part) => part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
  const parse = (color) => color.match(/[\\d.]+/g).map(Number);
  const behind = (element) => {
    for (let node = element; node; node = node.parentElement) {
      const [red, green, blue, alpha = 1] = parse(getComputedStyle(node).backgroundColor);
      if (alpha === 1) return [red, green, blue];
    }
    return [255, 255, 255];
  };
  const contrast = (element) => {
    const [a, b] = [luminance(parse(getComputedStyle(element).color).slice(0, 3)), luminance(behind(element))];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  };
  return [...document.querySelectorAll('body *')].filter((each) => [...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
    .map((each) => [contrast(each), each.outerHTML.slice(0, 80)]).filter(([ratio]) => ratio < 4.5);
})()`;

/** The cells as they are shown, a row each. */
const CELLS = `[...document.querySelectorAll('tbody tr')].map((row) => [...row.cells].map((cell) => cell.textContent.replaceAll('\\u00a0', ' ')))`;

/** Titles of the tables of which a part is only seen by scrolling. */
const CUT_OFF = `[...document.querySelectorAll('.table')].filter((frame) => frame.scrollWidth > frame.clientWidth)
  .map((frame) => frame.parentElement.querySelector('h2').innerText)`;

/** Text in columns of a few letters: more lines than words can need. */
const NARROW = `[...document.querySelectorAll('td code')].map((text) => [text.textContent, text.getClientRects().length])
  .filter(([text, lines]) => lines > 1 + text.length / 9)`;

describeWith(
  ['unshare --net true', BROWSER ? 'true' : 'command -v chromium-headless-shell'],
  'the HTML report in Chromium',
  () => {
    let browser: Browser;
    let folder: string;
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'netmeter-html-'));
      browser = await Browser.start();
    }, 60_000);
    afterAll(async () => {
      await browser[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true });
    });

    async function show(measurement: Measurement, view: View | undefined = VIEWS['light']): Promise<string> {
      const file = join(folder, 'report.html');
      writeFileSync(file, renderHtml(measurement));
      const url = pathToFileURL(file).href;
      if (view) await browser.open(url, view);
      return url;
    }

    test.each(EACH)('of %s, %s: asks for nothing, says no error, and fits', async (...each) => {
      const [, , measurement, view] = each;
      const url = await show(measurement, view);
      const seen = browser.events;
      const requests = seen.filter(({ method }) => method === 'Network.requestWillBeSent');
      expect(requests.map(({ params }) => (params['request'] as { url: string }).url)).toEqual([url]);
      expect(seen.filter(({ method }) => /^Log\.entry|consoleAPI|exception/i.test(method))).toEqual([]);
      expect(await browser.evaluate('document.scripts.length + document.images.length')).toBe(0);
      expect(await browser.evaluate('document.documentElement.scrollWidth')).toBe(view.width);
      expect(await browser.evaluate(CONTRASTS)).toEqual([]);
      const png = await browser.screenshot();
      expect(png.subarray(1, 4).toString()).toBe('PNG');
      expect(png.length).toBeGreaterThan(10_000);
    });

    test.each([1280, 390])('tables are whole on a page of %i px, and their cells can be read', async (width) => {
      for (const measurement of [crawl, wide, long, breach]) {
        await show(measurement, { width, height: 900, scheme: 'light' });
        expect(await browser.evaluate(CUT_OFF)).toEqual([]);
        expect(await browser.evaluate(NARROW)).toEqual([]);
      }
    });

    test('is light or dark as the system is', async () => {
      const page = 'getComputedStyle(document.body).backgroundColor';
      await show(crawl, VIEWS['light']);
      expect(await browser.evaluate(page)).toBe('rgb(246, 247, 249)');
      await show(crawl, VIEWS['dark']);
      expect(await browser.evaluate(page)).toBe('rgb(16, 19, 22)');
    });

    test.each(ALL)('of %s shows every number of its tables', async (_, measurement) => {
      await show(measurement);
      const shown = (await browser.evaluate(CELLS)) as string[][];
      const numbers = tablesOf(measurement).flatMap(({ rows }) =>
        rows.flat().filter((cell): cell is string => typeof cell === 'string'),
      );
      expect(shown.flat()).toEqual(expect.arrayContaining(numbers.map(visible)));
    });

    test('shows the sums, the verdict and the command first', async () => {
      await show(breach);
      const text = String(await browser.evaluate('document.body.innerText'));
      expect(text).toMatch(/^sh -c [\s\S]*✘ over budget, command ended · SIGTERM, 0\.90 s[\s\S]*1 000 001 B/);
      await show(blind);
      expect(await browser.evaluate('document.querySelector(".sums").innerText')).toMatch(
        /^in\s+unknown\s+unknown packets/,
      );
    });

    test('draws the series from the start to the end, and the limits in sight', async () => {
      await show(long);
      const drawn = await browser.evaluate(`[...document.querySelectorAll('svg')].map((drawing) =>
        ['in', 'out', 'total', 'level'].map((name) => drawing.querySelectorAll('path.' + name).length))`);
      expect(drawn).toEqual([
        [1, 1, 0, 0],
        [1, 1, 1, 2],
      ]);
      const box = await browser.evaluate(`(() => {
        const [drawing, line] = ['svg', 'path.in'].map((each) => document.querySelectorAll(each)[1].getBoundingClientRect());
        return [line.left - drawing.left, drawing.right - line.right, drawing.bottom - line.bottom].map(Math.round);
      })()`);
      expect(box).toEqual([0, 0, 0]);
      expect(await browser.evaluate('document.querySelectorAll("svg")[1].getAttribute("aria-label")')).toBe(
        'Bytes in and out since the start: 48.2 MB in and 1.2 MB out after 3 min 04 s',
      );
    });

    test('draws nothing of a run without a sample', async () => {
      await show(quiet);
      expect(await browser.evaluate('document.querySelectorAll("svg").length')).toBe(0);
    });

    test('holds foreign text as text', async () => {
      await show(hostile);
      expect(await browser.evaluate('document.querySelectorAll("script, img, a, base, link, iframe").length')).toBe(0);
      expect(await browser.evaluate('document.querySelector("main").textContent')).toContain(
        '<script>alert(1)</script>',
      );
      expect(await browser.evaluate('document.title')).toMatch(/^netmeter: \$'\/opt\/"\}/);
    });

    test('is held to its own policy: what it does not have could not be loaded', async () => {
      const file = join(folder, 'altered.html');
      writeFileSync(file, renderHtml(crawl).replace('</body>', '<img src="http://192.0.2.1/x.png"></body>'));
      await browser.open(pathToFileURL(file).href, { width: 800, height: 600, scheme: 'light' });
      expect(JSON.stringify(browser.events)).toContain('Content Security Policy');
    });
  },
);
