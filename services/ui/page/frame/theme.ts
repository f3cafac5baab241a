/** Light, dark, or as the system has it; remembered by the browser. */
import { signal } from '@preact/signals';

const themes = ['auto', 'light', 'dark'] as const;
const key = 'backstory-theme';
export const theme = signal<(typeof themes)[number]>('auto');

function readTheme(): (typeof themes)[number] {
  try {
    return themes.find((each) => each === localStorage.getItem(key)) ?? 'auto';
  } catch {
    // A browser that keeps nothing still shows the page.
    return 'auto';
  }
}

/** The browser may take a while to find what it remembers. */
export function openTheme(): void {
  theme.value = readTheme();
  applyTheme();
}

function applyTheme(): void {
  document.documentElement.dataset.theme = theme.value;
}

export function switchTheme(): void {
  theme.value = themes[(themes.indexOf(theme.value) + 1) % themes.length] ?? 'auto';
  applyTheme();
  try {
    localStorage.setItem(key, theme.value);
  } catch {
    // It holds until the page is closed.
  }
}
