import { createHash, createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { sealOf, sha256 } from "./seal";

const text = (length: number) => "Wörter, 言葉 ".repeat(length).slice(0, length);

test("a SHA-256 is what others say it is, at every length around its blocks", () => {
  for (let length = 0; length < 200; length += 1) {
    const bytes = new TextEncoder().encode(text(length));
    expect(Buffer.from(sha256(bytes)).toString("hex")).toBe(createHash("sha256").update(bytes).digest("hex"));
  }
});

test("a seal is the HMAC that others make, also of long texts and long secrets", () => {
  for (const [secret, length] of [
    ["", 0],
    ["s", 300_000],
    ["x".repeat(64), 5],
    ["long".repeat(40), 5],
  ] as const)
    expect(sealOf(secret, text(length))).toBe(
      createHmac("sha256", secret).update(text(length)).digest("hex"),
    );
});
