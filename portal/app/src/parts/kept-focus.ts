// The focus when the element that had it goes away: else it falls back to the top of the page.
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** Keeps the focus in a part of a page: after what had it has gone, the part's main button gets it, else the first. */
export function useKeptFocus<T extends HTMLElement>(): RefObject<T | null> {
  const part = useRef<T>(null);
  const wasInside = useRef(false);
  useEffect(() => {
    const moved = (event: Event) => {
      wasInside.current = part.current?.contains(event.target as Node) ?? false;
    };
    document.addEventListener("focusin", moved);
    document.addEventListener("pointerdown", moved); // who presses beside it all has left the part, too
    return () => {
      document.removeEventListener("focusin", moved);
      document.removeEventListener("pointerdown", moved);
    };
  }, []);
  useEffect(() => {
    if (!wasInside.current || document.activeElement !== document.body) return;
    const find = (selector: string) => part.current?.querySelector<HTMLElement>(selector);
    (find(".button-main") ?? find("button, a[href]"))?.focus({ preventScroll: true });
  });
  return part;
}
