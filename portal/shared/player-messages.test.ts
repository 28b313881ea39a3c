import { expect, test } from "vitest";
import type { FromPlayer } from "./player-messages";

test("a message to the portal survives the copy that postMessage makes", () => {
  const message: FromPlayer = { type: "save", nonce: "n", launch: 1, sequence: 2, model: { cmi: {} } };
  expect(structuredClone(message)).toEqual(message);
});
