import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { Locator, Page } from 'playwright-core';
import { within } from '../support/process.ts';

/** More stops than any screen of the tests has. */
const MOST_STOPS = 60;

/** A person without a mouse. */
export class Keyboard {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.#page.keyboard.press(key);
  }

  async type(text: string): Promise<void> {
    await this.#page.keyboard.type(text);
  }

  /** Goes there by Tab, or by the key that is given, and sees where that is at every stop. */
  async goTo(target: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
    const passed: string[] = [];
    while (!(await isFocused(target))) {
      assert.ok(passed.length < MOST_STOPS, `${target} is not reached by ${key}: ${passed.join(', ')}`);
      await this.press(key);
      passed.push(await this.#seesWhereItIs());
    }
  }

  /** Waits until the focus is there, and can be seen. */
  async isAt(target: Locator): Promise<void> {
    const arrive = async (): Promise<void> => {
      while (!(await isFocused(target))) await delay(30);
    };
    await within(arrive(), `the focus to be at ${target}`, undefined, 10_000).catch(async (error: Error) => {
      throw new Error(`${error.message}; it is at ${await this.#where()}`);
    });
    await this.#seesWhereItIs();
  }

  async #seesWhereItIs(): Promise<string> {
    const where = await this.#where();
    const isSeen = await this.#page.evaluate(() => {
      const { activeElement } = document;
      // Behind the last stop is the browser's own part of the window.
      if (activeElement === null || activeElement === document.body) return true;
      const { outlineStyle, outlineWidth } = getComputedStyle(activeElement);
      return activeElement.checkVisibility() && outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 1;
    });
    assert.ok(isSeen, `the focus is seen at ${where}`);
    return where;
  }

  #where(): Promise<string> {
    return this.#page.evaluate(() => {
      const { activeElement } = document;
      if (activeElement === null || activeElement === document.body) return 'nowhere';
      return `<${activeElement.tagName.toLowerCase()}> ${activeElement.ariaLabel ?? activeElement.textContent.slice(0, 30)}`;
    });
  }
}

function isFocused(target: Locator): Promise<boolean> {
  return target.evaluateAll((elements) => elements.includes(document.activeElement as HTMLElement));
}
