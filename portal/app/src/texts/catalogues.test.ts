// Whether the catalogues of the portal and of the player are complete, in every language, and have nothing too much.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { LANGUAGES } from "../../../shared/texts/languages";
import { PLURAL_FORMS } from "../../../shared/texts/sentence";

const PORTAL = join(import.meta.dirname, "../../..");
const FORM = new RegExp(`\\.(${PLURAL_FORMS.join("|")})$`);

type Catalogue = Record<string, string>;

const files = (folder: string): string[] =>
  readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? files(path) : [path];
  });
const sources = ["app/src", "player/src"]
  .flatMap((each) => files(join(PORTAL, each)))
  .filter((each) => /\.tsx?$/.test(each) && !each.includes(".test."));

const english = ["app/src", "player/src"]
  .flatMap((each) => files(join(PORTAL, each)))
  .filter((each) => each.endsWith("/en.json"));
const read = (path: string): Catalogue => JSON.parse(readFileSync(path, "utf8"));
const named = english.map((path) => ({ name: path.slice(PORTAL.length + 1), path }));

/** Keys without plural forms, each with the forms that it has. */
function keysOf(catalogue: Catalogue): Map<string, string[]> {
  const keys = new Map<string, string[]>();
  for (const key of Object.keys(catalogue)) {
    const form = FORM.exec(key)?.[1];
    const base = form ? key.slice(0, -form.length - 1) : key;
    keys.set(base, [...(keys.get(base) ?? []), ...(form ? [form] : [])]);
  }
  return keys;
}

const places = (text: string | undefined) => [...new Set(text?.match(/\{\w+\}/g))].sort();

describe.each(named)("$name", ({ path }) => {
  const catalogue = read(path);
  const keys = keysOf(catalogue);
  // Texts of a folder are used in it; those of the whole portal anywhere.
  const folder = dirname(path).replace(/\/texts$/, "");
  const code = sources
    .filter((each) => each.startsWith(`${folder}/`))
    .map((each) => readFileSync(each, "utf8"))
    .join("\n");

  test("each key is used", () => {
    const written = new Set([...code.matchAll(/"([^"\n]+)"/g)].map((each) => each[1]));
    // `status.${each}` of code uses all keys that begin with `status.` and have one more word.
    const made = [...code.matchAll(/`([\w-]+[\w.-]*)\$\{[^`}]+\}([\w.-]*)`/g)].map(
      ([, before, after]) => new RegExp(`^${escaped(before)}[^.]+(\\.\\d)?[^.]*${escaped(after)}$`),
    );
    expect(
      [...keys.keys()].filter((each) => !written.has(each) && !made.some((one) => one.test(each))),
    ).toEqual([]);
  });

  test.each(LANGUAGES)("all sentences are there in %s, and no others", (language) => {
    const other = read(path.replace(/en\.json$/, `${language}.json`));
    expect([...keysOf(other).keys()].sort()).toEqual([...keys.keys()].sort());
    expect(Object.entries(other).filter(([, text]) => text.trim() !== text || text === "")).toEqual([]);
  });

  test.each(LANGUAGES)("plural forms in %s are those that the language has", (language) => {
    const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
    const plurals = [...keysOf(read(path.replace(/en\.json$/, `${language}.json`)))].filter(
      ([key]) => (keys.get(key) ?? []).length > 0,
    );
    expect(plurals.filter(([, found]) => found.sort().join() !== [...forms].sort().join())).toEqual([]);
  });

  test.each(LANGUAGES)("values have the same places in %s", (language) => {
    const other = read(path.replace(/en\.json$/, `${language}.json`));
    const wrong = Object.entries(other).filter(([key, text]) => {
      const form = FORM.exec(key)?.[1];
      if (!form) return places(text).join() !== places(catalogue[key]).join();
      const all = places(catalogue[key.replace(FORM, ".other")]);
      const found = places(text);
      // "One lesson" and "two lessons" may say the number in words.
      const needed = ["zero", "one", "two"].includes(form) ? all.filter((each) => each !== "{count}") : all;
      return needed.some((each) => !found.includes(each)) || found.some((each) => !all.includes(each));
    });
    expect(wrong).toEqual([]);
  });
});

test("each folder of texts has a file for each language and no other", () => {
  for (const { path } of named) {
    const found = readdirSync(dirname(path)).filter((each) => /^[a-z]{2}\.json$/.test(each));
    expect([dirname(path), found]).toEqual([dirname(path), LANGUAGES.map((each) => `${each}.json`).sort()]);
  }
});

const escaped = (text: string | undefined) => (text ?? "").replace(/[.]/g, "\\.");
