// Puts the school's colour into the design's tokens.
import { readable } from "./contrast";

const LIGHT_PAGE = "#f3f5f9"; // the least light and the least dark ground on which text in this colour stands
const DARK_PAGE = "#232b3a";

/** Sets the accent for light and dark pages. Without a colour the design's own stays. */
export function useSchoolColour(accent: string | undefined): void {
  if (!accent) return;
  const root = document.documentElement.style;
  const [light, dark] = [readable(accent, LIGHT_PAGE), readable(accent, DARK_PAGE)];
  if (light) root.setProperty("--accent-light", light);
  if (dark) root.setProperty("--accent-dark", dark);
}
