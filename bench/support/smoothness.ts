import type { Page } from 'playwright-core';
import { longest, median } from './statistics.ts';

/** What people would notice while something is done in a page. */
export interface Smoothness {
  /** Tasks that took more than 50 ms (Long Tasks API). */
  readonly long_tasks: number;
  readonly longest_task_ms: number;
  readonly frame_ms: number;
  readonly longest_frame_ms: number;
}

export async function smoothness<T>(tab: Page, work: () => Promise<T>): Promise<Smoothness & { readonly result: T }> {
  const recorder = await tab.evaluateHandle(() => {
    const longTasks: number[] = [];
    const frames: number[] = [];
    new PerformanceObserver((list) => longTasks.push(...list.getEntries().map(({ duration }) => duration))).observe({
      type: 'longtask' as never,
    });
    let last = performance.now();
    const tick = (now: number): void => {
      frames.push(now - last);
      last = now;
      (globalThis as unknown as { requestAnimationFrame(tick: (now: number) => void): void }).requestAnimationFrame(tick);
    };
    tick(last);
    return { longTasks, frames };
  });
  const result = await work();
  const { longTasks, frames } = await recorder.jsonValue();
  return {
    result,
    long_tasks: longTasks.length,
    longest_task_ms: longest(longTasks),
    frame_ms: median(frames),
    longest_frame_ms: longest(frames),
  };
}
