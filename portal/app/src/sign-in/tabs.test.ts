import { expect, test, vi } from "vitest";
import { Tabs } from "./tabs";

test("a sign-out makes the other tabs forget first, and then end; tokens make them forget nothing", async () => {
  const heard: string[] = [];
  const tokens = { id: "i", access: "a", refresh: "r", endsAt: 1 };
  const pressed = new Tabs(
    () => null,
    () => {},
    () => heard.push("the tab that told it"),
  );
  new Tabs(
    () => null,
    (told) => heard.push(told ? "tokens" : "none"),
    () => heard.push("forgets"),
  );
  pressed.share(tokens);
  pressed.end();
  await vi.waitFor(() => expect(heard).toHaveLength(3));
  expect(heard).toEqual(["tokens", "forgets", "none"]);
});
