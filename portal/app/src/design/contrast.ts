// Makes the school's colour readable: darker on light pages, lighter on dark ones. Rules without a page.

type Rgb = readonly [number, number, number];

/** The contrast that WCAG 2.2 asks for text (1.4.3, AA), with a little more for rounding. */
export const TEXT_CONTRAST = 4.6;

function parse(colour: string): Rgb | null {
  const found = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(colour);
  return found ? (found.slice(1).map((each) => Number.parseInt(each, 16)) as unknown as Rgb) : null;
}

function luminance(colour: Rgb): number {
  const [r, g, b] = colour.map((each) => {
    const part = each / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as unknown as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** The contrast of two colours `#rrggbb`, 1 to 21, by WCAG 2.2. */
export function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(parse(one) ?? [0, 0, 0]), luminance(parse(other) ?? [0, 0, 0])].sort(
    (a, b) => b - a,
  );
  return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
}

/** The colour nearest to `colour` that is readable on `background`; null if it is no colour `#rrggbb`. */
export function readable(colour: string, background: string): string | null {
  const from = parse(colour);
  if (!from) return null;
  const goal = luminance(parse(background) ?? [255, 255, 255]) > 0.4 ? 0 : 255;
  for (let step = 0; step <= 50; step++) {
    const mixed = from.map((each) => Math.round(each + ((goal - each) * step) / 50));
    const text = `#${mixed.map((each) => each.toString(16).padStart(2, "0")).join("")}`;
    if (contrast(text, background) >= TEXT_CONTRAST) return text;
  }
  return goal === 0 ? "#000000" : "#ffffff";
}
