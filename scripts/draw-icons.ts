/** Draws the PNG icons of the installed app from packages/web/public/favicon.svg with Chromium: `node scripts/draw-icons.ts` after a change of it. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { chromium } from 'playwright-core';
import { findProgram } from '../e2e/support/programs.ts';

const folder = resolve(import.meta.dirname, '../packages/web/public');
const svg = readFileSync(join(folder, 'favicon.svg'), 'utf8');
/** `inset`: how much of the width is left free on each side; a maskable icon is cut to whatever form the system likes. */
const ICONS = [
  { file: '180.png', size: 180, inset: 0.12 },
  { file: '192.png', size: 192, inset: 0.12 },
  { file: '512.png', size: 512, inset: 0.12 },
  { file: 'maskable.png', size: 512, inset: 0.24 },
];

const executablePath = findProgram('chromium');
if (executablePath === undefined) throw new Error('this needs chromium: install it');
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
const page = await browser.newPage();
for (const { file, size, inset } of ICONS) {
  await page.setViewportSize({ width: size, height: size });
  const style = `margin:0;padding:${size * inset}px;box-sizing:border-box;width:100vw;height:100vh;background:#f6f5f2`;
  await page.setContent(`<body style="${style}">${svg}</body>`);
  await page.screenshot({ path: join(folder, 'icons', file) });
}
await browser.close();
