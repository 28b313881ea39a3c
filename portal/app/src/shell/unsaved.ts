// Asks before a page with unsaved work is left: by a link, by the browser's *back*, by signing out, by closing the tab.
import { signal } from "@preact/signals";

/** Work that would be lost, or that would stop. */
export interface Unsaved {
  /** What happens to it if the person leaves, in a sentence. */
  text: string;
  /** The person leaves without it. */
  discard: () => void;
}

/** The question that the person has to answer now. */
export const question = signal<{ text: string; about: Unsaved; answer: (leaves: boolean) => void } | null>(
  null,
);

const works = new Set<Unsaved>();
let here = "";

/** Catches the browser's own *back* before the router sees it. Call it before the app is drawn: the order counts. */
export function watchBack(): void {
  addEventListener("popstate", holdBack);
}

/** Asks from now on. The result ends that. */
export function guardUnsaved(work: Unsaved): () => void {
  if (works.size === 0) watch();
  works.add(work);
  return () => {
    works.delete(work);
    if (works.size === 0) unwatch();
    // It was saved while the question stood there, so there is nothing to answer.
    if (question.value?.about === work) question.value.answer(false);
  };
}

/** Whether the person may leave: at once without unsaved work, else by their answer. */
export function mayLeave(): Promise<boolean> {
  const [first] = works;
  if (!first) return Promise.resolve(true);
  return new Promise((done) => {
    question.value = {
      text: first.text,
      about: first,
      answer: (leaves) => {
        question.value = null;
        if (leaves) for (const each of [...works]) each.discard();
        if (leaves) letGo();
        done(leaves);
      },
    };
  });
}

/** Asks no more: the page is left for a reason that is not the person's choice. */
export function letGo(): void {
  works.clear();
  unwatch();
}

function watch(): void {
  here = location.href;
  addEventListener("beforeunload", holdTab);
  addEventListener("click", holdLink, { capture: true });
}

function unwatch(): void {
  removeEventListener("beforeunload", holdTab);
  removeEventListener("click", holdLink, { capture: true });
}

const holdTab = (event: BeforeUnloadEvent) => event.preventDefault();

function holdLink(event: MouseEvent): void {
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  const opensElsewhere =
    event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
  if (!link?.href || opensElsewhere || link.target || link.origin !== location.origin) return;
  if (link.pathname === location.pathname) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  void mayLeave().then((leaves) => leaves && link.click());
}

function holdBack(event: PopStateEvent): void {
  if (works.size === 0) return;
  if (location.pathname === new URL(here).pathname) {
    here = location.href;
    return;
  }
  event.stopImmediatePropagation();
  // The browser has gone already: the page's own address comes after the one that was wanted.
  history.pushState(null, "", here);
  void mayLeave().then((leaves) => leaves && history.back());
}
