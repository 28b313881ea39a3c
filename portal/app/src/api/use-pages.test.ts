import { h, render } from "preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Pages, usePages } from "./use-pages";

interface Page {
  items: string[];
  nextCursor?: string;
}

/** A place for a component that draws nothing. */
const place = () => ({ nodeType: 1, childNodes: [], firstChild: null }) as unknown as Element;
let root: Element;

beforeEach(() => {
  vi.stubGlobal("document", {});
  root = place();
});

afterEach(() => {
  render(null, root);
  vi.unstubAllGlobals();
});

/** A list whose pages come when the test releases them. */
function list() {
  const asked: { cursor: string | undefined; release: (page: Page) => void }[] = [];
  const shown: { pages?: Pages<string> } = {};
  function List() {
    shown.pages = usePages(
      "list",
      (cursor) => new Promise<Page>((release) => asked.push({ cursor, release })),
    );
    return null;
  }
  render(h(List, null), root);
  const pages = () => shown.pages as Pages<string>;
  /** The page that was asked for last comes. */
  const release = async (cursor: string | undefined, page: Page) => {
    await vi.waitFor(() => expect(asked.at(-1)).toMatchObject({ cursor }));
    asked.pop()?.release(page);
  };
  const until = (items: string[]) => vi.waitFor(() => expect(pages().items).toEqual(items));
  return { pages, asked, release, until };
}

test("what is removed while the next page is on its way does not come back", async () => {
  const { pages, release, until } = list();
  await release(undefined, { items: ["ada", "bo"], nextCursor: "2" });
  await until(["ada", "bo"]);
  pages().more();
  pages().setItems((newest) => newest.filter((each) => each !== "ada"));
  await until(["bo"]);
  await release("2", { items: ["zoe"] });
  await until(["bo", "zoe"]);
  expect(pages().hasMore).toBe(false);
});

test("two removals in one moment both count", async () => {
  const { pages, release, until } = list();
  await release(undefined, { items: ["ada", "bo", "zoe"] });
  await until(["ada", "bo", "zoe"]);
  const { setItems } = pages();
  setItems((newest) => newest.filter((each) => each !== "ada"));
  setItems((newest) => newest.filter((each) => each !== "bo"));
  await until(["zoe"]);
});

test("a page that was asked for before the list was loaded again is dropped", async () => {
  const { pages, asked, release, until } = list();
  await release(undefined, { items: ["ada"], nextCursor: "2" });
  await until(["ada"]);
  pages().more();
  await vi.waitFor(() => expect(asked).toHaveLength(1));
  const late = asked.pop();
  pages().reload();
  await release(undefined, { items: ["new", "ada"], nextCursor: "3" });
  await until(["new", "ada"]);
  late?.release({ items: ["bo"], nextCursor: "4" });
  await vi.waitFor(() => expect(pages().isLoadingMore).toBe(false));
  expect(pages().items).toEqual(["new", "ada"]);
  pages().more();
  await release("3", { items: ["bo"] });
  await until(["new", "ada", "bo"]);
});
