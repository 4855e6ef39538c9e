import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { chromium, type Browser, type Page } from '@playwright/test';
import type { AttemptRecord } from '../../../core/record.js';
import { statisticsPage } from '../../../reports/stats/html/page.js';
import { missingTools } from '../../vendor-tools.js';
import { ended, passed } from '../records.js';
import { madeRecords } from './made-records.js';
import { board, during, statsOf } from './of-records.js';

const hostile = `<script>window.hit=1</script><img src=x onerror=window.hit=1>"'&\u0000]]>`;

/** Station, measurement, code and remedy as nobody should name them. */
function hostileRecords(): AttemptRecord[] {
  const measurements = [
    { name: hostile, value: 1, unit: hostile, limits: { min: 0 }, result: 'pass' as const, step: hostile },
  ];
  const bad = ended('BOOT_TIMEOUT', {}, { ...board(2), unit: 2, station: hostile });
  return [
    passed({ ...board(1), unit: 1, slot: hostile, board: hostile, measurements }),
    { ...bad, failure: { ...bad.failure!, code: hostile } },
  ];
}

/** As wide and as long as such a page gets: many slots, codes and measurements with long names. */
function* crowdedRecords(): Generator<AttemptRecord> {
  const codes = [
    'WRONG_CHIP',
    'FLASH_VERIFY_MISMATCH',
    'CURRENT_OUT_OF_LIMITS',
    'BOOT_DOWNLOAD_MODE',
  ] as const;
  for (let unit = 0; unit < 800; unit += 1) {
    const place = {
      ...board(unit),
      unit,
      slot: `target-${unit % 100}.line3.example`,
      ...during(unit * 600, unit * 600 + 40),
    };
    const value = -1e6 * (unit + 1);
    const measurements = [
      {
        name: 'a_very_long_name_of_a_measurement_that_somebody_thought_of',
        value,
        unit: 'µV',
        limits: { max: 5 },
        result: 'pass' as const,
        step: 'a',
      },
      {
        name: 'tiny',
        value: 1e-9 * unit,
        unit: 'A',
        limits: { min: -1e-6, max: 1e-6 },
        result: 'pass' as const,
        step: 'a',
      },
    ];
    if (unit % 5 === 0) yield ended(codes[(unit / 5) % 4] ?? 'WRONG_CHIP', {}, { ...place, measurements });
    else yield passed({ ...place, measurements });
  }
}

const pages = {
  'of no unit': () => statsOf([[]]),
  'of one unit': () => statsOf([[...madeRecords({ units: 1 })]]),
  'of many units': () => statsOf([madeRecords({ units: 2000 })]),
  'of crowded figures': () => statsOf([crowdedRecords()]),
  'of hostile names': () => statsOf([hostileRecords()]),
};

describe('the page', () => {
  test('refers to nothing outside of itself, and has no script', () => {
    for (const [kind, make] of Object.entries(pages)) {
      const page = statisticsPage(make());
      assert.doesNotMatch(page, /<(script|link|img|iframe)|url\(|@import/);
      // A hostile name stands between quotes, too.
      if (kind !== 'of hostile names') assert.doesNotMatch(page, /\s(src|href|on\w+)=/);
      assert.doesNotMatch(page, /NaN|Infinity|undefined|\[object/);
    }
  });

  test('has a title, a description and a table with every chart', () => {
    const page = statisticsPage(pages['of many units']());
    const charts = page.match(/<svg /g)?.length ?? 0;
    assert.equal(charts, 8);
    assert.equal(page.match(/<title id=/g)?.length, charts);
    assert.equal(page.match(/<desc id=/g)?.length, charts);
    const sections = page.split('<section>').slice(1);
    for (const section of sections) assert.match(section, /<table>/);
  });

  test('begins with the line that a line leader wants', () => {
    const page = statisticsPage(pages['of many units']());
    assert.match(
      page,
      /<p class="lead">9\d\.\d % \(.*\) of 2000 units passed at the first attempt, .*not like the others: station1\/slot3/,
    );
  });
});

const skip = missingTools('chromium');
describe('the page in a browser', { skip }, () => {
  let browser: Browser;
  before(async () => {
    const { stdout } = spawnSync('which', ['chromium'], { encoding: 'utf8' });
    browser = await chromium.launch({ executablePath: stdout.trim(), args: ['--no-sandbox'] });
  });
  after(() => browser.close());

  for (const [kind, make] of Object.entries(pages)) {
    for (const width of [1280, 420]) {
      test(`${kind}, ${width} wide: opens without an error, nothing sticks out, nothing is asked of the network`, async () => {
        const page = await browser.newPage({ viewport: { width, height: 900 } });
        try {
          const heard: string[] = [];
          page.on('console', (message) => heard.push(message.text()));
          page.on('pageerror', (error) => heard.push(error.message));
          page.on('request', (request) => heard.push(request.url()));
          await page.setContent(statisticsPage(make()));
          assert.deepEqual(heard, []);
          assert.deepEqual(await sticksOut(page), []);
          assert.equal(await page.evaluate(`'hit' in window`), false);
        } finally {
          await page.close();
        }
      });
    }
  }

  test('prints all of a table that scrolls on the screen', async () => {
    const page = await browser.newPage({ viewport: { width: 720, height: 1000 } });
    try {
      await page.setContent(statisticsPage(pages['of crowded figures']()));
      await page.emulateMedia({ media: 'print' });
      const hidden = `[...document.querySelectorAll('.scroll')].filter((e) => e.scrollHeight > e.clientHeight + 1 || e.scrollWidth > e.clientWidth + 1).length`;
      assert.equal(await page.evaluate(hidden), 0);
      assert.ok((await page.pdf()).length > 10_000);
    } finally {
      await page.close();
    }
  });
});

/** Labels of charts that lie outside of their chart or over each other, and whatever makes the page scroll sideways. */
async function sticksOut(page: Page): Promise<string[]> {
  return (await page.evaluate(`(() => {
    const out = [];
    for (const svg of document.querySelectorAll('svg')) {
      const frame = svg.getBoundingClientRect();
      for (const text of svg.querySelectorAll('text')) {
        const box = text.getBoundingClientRect();
        if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1)
          out.push(svg.querySelector('title').textContent + ': ' + text.textContent);
      }
      const boxes = [...svg.querySelectorAll('text')].map((text) => [text.getBoundingClientRect(), text.textContent]);
      for (const [index, [a, name]] of boxes.entries())
        for (const [b, other] of boxes.slice(index + 1))
          if (a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 3 && b.top < a.bottom - 3)
            out.push(svg.querySelector('title').textContent + ': ' + name + ' covers ' + other);
    }
    if (document.documentElement.scrollWidth > innerWidth) out.push('the page is ' + document.documentElement.scrollWidth + ' wide');
    return out;
  })()`)) as string[];
}
