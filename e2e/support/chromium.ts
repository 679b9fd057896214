import assert from 'node:assert/strict';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium } from 'playwright-core';
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
  return chromium.launch({ executablePath: path(), headless: true, args: [...FLAGS, ...flags] });
}

/** A browser whose profile lies in a folder: what pages keep is there for the next browser of that folder. */
export function launchBrowser(profileFolder: string, options: BrowserContextOptions = {}): Promise<BrowserContext> {
  return chromium.launchPersistentContext(profileFolder, { executablePath: path(), headless: true, args: FLAGS, ...options });
}

function path(): string {
  return findProgram('chromium') ?? assert.fail('chromium is installed');
}
