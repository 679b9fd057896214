import { keep, kept } from './kept.ts';

const KEY = 'parley.theme';

export const THEMES = ['system', 'light', 'dark', 'contrast'] as const;
export type Theme = (typeof THEMES)[number];

export function chosenTheme(): Theme {
  const stored = kept(KEY);
  return THEMES.find((theme) => theme === stored) ?? 'system';
}

/** The style sheet follows the attribute; without it, the system. */
export function applyTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

export function chooseTheme(theme: Theme): void {
  keep(KEY, theme);
  applyTheme(theme);
}
