import { afterEach, expect, test, vi } from "vitest";
import { guardUnsaved, mayLeave, question } from "./unsaved";

afterEach(() => vi.unstubAllGlobals());

const page = () => {
  vi.stubGlobal("addEventListener", () => {});
  vi.stubGlobal("removeEventListener", () => {});
  vi.stubGlobal("location", { href: "https://school.example/teach" });
};

test("a question about work that is saved meanwhile goes away, and the page stays", async () => {
  page();
  const saved = guardUnsaved({ text: "You have not saved.", discard: () => expect.unreachable() });
  const leaves = mayLeave();
  expect(question.value?.text).toBe("You have not saved.");
  saved();
  expect(question.value).toBeNull();
  expect(await leaves).toBe(false);
});

test("a question about other work stays", async () => {
  page();
  const discard = vi.fn();
  const first = guardUnsaved({ text: "First.", discard });
  const second = guardUnsaved({ text: "Second.", discard: () => {} });
  const leaves = mayLeave();
  second();
  question.value?.answer(true);
  expect(await leaves).toBe(true);
  expect(discard).toHaveBeenCalledOnce();
  first();
});
