import type { Benchmark } from './support/benchmark.ts';

/** Every benchmark, by the name it is run with; its code is loaded when it runs, and no other. */
export const BENCHMARKS: Readonly<Record<string, () => Promise<Benchmark>>> = {
  compare: async () => (await import('./compare.ts')).compare,
  relay: async () => (await import('./relay.ts')).relay,
  login: async () => (await import('./login.ts')).login,
  idle: async () => (await import('./idle.ts')).idle,
  mixed: async () => (await import('./mixed.ts')).mixed,
  growth: async () => (await import('./growth.ts')).growth,
  store: async () => (await import('./store.ts')).store,
  client: async () => (await import('./client.ts')).client,
  terminal: async () => (await import('./terminal.ts')).terminal,
  web: async () => (await import('./web.ts')).web,
  check: async () => (await import('./check.ts')).check,
};
