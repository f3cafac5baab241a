/**
 * The keyboard: a view says which keys it takes while it is on the screen. Keys are left alone
 * where the reader types, and with any modifier.
 */
import { useLayoutEffect } from 'preact/hooks';

export type Keys = Readonly<Record<string, () => void>>;

const taken: Keys[] = [];

export function useKeys(keys: Keys): void {
  // An effect waits for the next frame: until then a second key would act on the step before.
  useLayoutEffect(() => {
    taken.push(keys);
    return () => {
      taken.splice(taken.indexOf(keys), 1);
    };
  });
}

export function listenToKeys(): void {
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const { target } = event;
    if (target instanceof HTMLElement && isTyping(target)) {
      if (event.key === 'Escape') target.blur();
      return;
    }
    // Enter on a link or button is its own.
    if (event.key === 'Enter' && target instanceof HTMLElement && isActive(target)) return;
    if (document.querySelector('dialog[open]') !== null) return;
    const action = taken.findLast((keys) => keys[event.key] !== undefined)?.[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  });
}

function isTyping(element: HTMLElement): boolean {
  return /^(?:INPUT|SELECT|TEXTAREA)$/.test(element.tagName);
}

function isActive(element: HTMLElement): boolean {
  return /^(?:A|BUTTON|SUMMARY)$/.test(element.tagName);
}

/** Puts the cursor into the filter of the view. */
export function focusFilter(): void {
  const filter = document.querySelector<HTMLInputElement>('[data-filter]');
  filter?.focus();
  filter?.select();
}
