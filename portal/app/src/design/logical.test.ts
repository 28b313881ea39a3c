// The portal is written from the right, too: styles name the start and the end of a line, never left and right.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const PORTAL = join(import.meta.dirname, "../../..");

const styles = (folder: string): string[] =>
  readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return styles(path);
    return name.endsWith(".css") ? [path] : [];
  });

const PHYSICAL = [
  /\b(?:margin|padding|border|scroll-(?:margin|padding))-(?:left|right)\b/,
  /\bborder-(?:top|bottom)-(?:left|right)-radius\b/,
  /(?:^|[\s;{])(?:left|right)\s*:/,
  /\b(?:text-align|float|clear)\s*:\s*(?:left|right)\b/,
  /\btranslateX\(/,
];
// `margin: 1px 2px 3px 4px` with a left that differs from the right.
const FOUR = /\b(?:margin|padding|inset|border-width)\s*:\s*\S+\s+(\S+)\s+\S+\s+(\S+)\s*;/;

test("no style names left or right", () => {
  const files = ["app/src", "player/src"].flatMap((each) => styles(join(PORTAL, each)));
  expect(files.length).toBeGreaterThan(8);
  const found = files.flatMap((path) =>
    readFileSync(path, "utf8")
      .split("\n")
      .filter((line) => {
        const four = FOUR.exec(line);
        return PHYSICAL.some((each) => each.test(line)) || (four && four[1] !== four[2]);
      })
      .map((line) => `${path.slice(PORTAL.length + 1)}: ${line.trim()}`),
  );
  expect(found).toEqual([]);
});
