// Lets a page finish before it is left: a package reports its last state only while its frame is there.

import { signal } from "@preact/signals";

type Guard = () => Promise<void>;

/** Whether a page is being finished: the person has chosen to leave it and waits. */
export const isFinishing = signal(false);

let guard: Guard | null = null;

/** Has `finish` run before the next navigation. The result takes it back. */
export function holdUntil(finish: Guard): () => void {
  guard = finish;
  return () => {
    if (guard === finish) guard = null;
  };
}

/** Finishes the page; for navigations that code begins. */
export async function finishPage(): Promise<void> {
  const finish = guard;
  guard = null;
  if (!finish) return;
  isFinishing.value = true;
  await finish().finally(() => {
    isFinishing.value = false;
  });
}

/** Catches links and the browser's own *back*, before the router sees them. Call it before the app is drawn. */
export function watchLeaving(): void {
  addEventListener("click", holdLink, { capture: true });
  addEventListener("popstate", holdBack, { capture: true });
}

function holdLink(event: MouseEvent): void {
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  const opensElsewhere =
    event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
  if (!guard || !link || opensElsewhere || link.target || link.origin !== location.origin) return;
  if (link.getAttribute("href")?.startsWith("#")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  void finishPage().then(() => link.click());
}

function holdBack(event: PopStateEvent): void {
  if (!guard) return;
  event.stopImmediatePropagation();
  void finishPage().then(() => dispatchEvent(new PopStateEvent("popstate", { state: event.state })));
}
