import assert from 'node:assert/strict';
import { type Browser, chromium } from 'playwright-core';
import { findProgram } from './programs.ts';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The Chromium of this machine, without a window. Tests that need it skip `unlessInstalled('chromium')`. */
export function launchChromium(...flags: string[]): Promise<Browser> {
  const executablePath = findProgram('chromium') ?? assert.fail('chromium is installed');
  return chromium.launch({ executablePath, headless: true, args: [...FLAGS, ...flags] });
}
