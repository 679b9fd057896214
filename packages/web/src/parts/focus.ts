/** On an element: where the focus goes when what had it is gone. The last one in the page that can be seen is taken. */
export const REST = { 'data-rest': '' } as const;

/** Leaves the focus where it is, unless what had it is gone or out of sight. */
export function restFocus(): void {
  // On a page that has just been opened nobody has lost anything yet.
  if (navigator.userActivation?.hasBeenActive === false) return;
  const { activeElement } = document;
  if (activeElement !== null && activeElement !== document.body && activeElement.checkVisibility()) return;
  const places = [...document.querySelectorAll<HTMLElement>('[data-rest]')];
  places.findLast((place) => place.checkVisibility() && !(isTouch() && isField(place)))?.focus();
}

/** Where a field that has the focus brings a keyboard up, over what is read. */
export function isTouch(): boolean {
  return matchMedia('(pointer: coarse)').matches;
}

/** Whether somebody is in the middle of typing something: what happens by itself must not come between. */
export function isTyping(): boolean {
  const { activeElement } = document;
  return isField(activeElement) && activeElement.value !== '';
}

function isField(element: Element | null): element is HTMLInputElement | HTMLTextAreaElement {
  return element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement;
}
