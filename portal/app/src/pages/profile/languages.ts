// The languages that a person can choose, each by its own name.

const OFFERED = [
  "ar",
  "cs",
  "de",
  "en",
  "es",
  "fr",
  "hi",
  "it",
  "ja",
  "ko",
  "nl",
  "pl",
  "pt",
  "ru",
  "sv",
  "tr",
  "uk",
  "zh",
];

/** The choices, with the current one among them even if it is another. Values are BCP 47 tags. */
export function languages(current: string): { value: string; label: string }[] {
  const tags = OFFERED.includes(current) ? OFFERED : [current, ...OFFERED];
  return tags.map((value) => ({ value, label: nameOf(value) }));
}

function nameOf(tag: string): string {
  try {
    return new Intl.DisplayNames([tag], { type: "language" }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}
