// What the player reads of a package: `launch.json`, which lambda_src/packages/launch.py writes at unpacking.

export type Kind = "scorm-1.2" | "scorm-2004" | "h5p" | "html-package" | "html";

/** A part of a SCORM package. Scores are numbers or null; texts may be empty. */
export interface Part {
  partId: string;
  title: string;
  href: string;
  launchData: string;
  masteryScore: number | null;
  passingScore: number | null;
  completionThreshold: number | null;
  objectiveIds: string[];
}

export interface Launch {
  kind: Kind;
  title: string;
  parts: Part[];
}

const KINDS: readonly string[] = ["scorm-1.2", "scorm-2004", "h5p", "html-package", "html"];

/** A launch document that was read. `null`: it is none, or of a kind that this player does not know. */
export function toLaunch(read: unknown): Launch | null {
  if (typeof read !== "object" || read === null) return null;
  const { kind, title, parts } = read as Record<string, unknown>;
  if (typeof kind !== "string" || !KINDS.includes(kind)) return null;
  const made = Array.isArray(parts) ? parts.map(toPart) : [];
  if (made.includes(null) || (kind.startsWith("scorm") && made.length === 0)) return null;
  return {
    kind: kind as Kind,
    title: typeof title === "string" ? title : "",
    parts: made as Part[],
  };
}

function toPart(read: unknown): Part | null {
  if (typeof read !== "object" || read === null) return null;
  const part = read as Record<string, unknown>;
  if (typeof part.partId !== "string" || typeof part.href !== "string") return null;
  return {
    partId: part.partId,
    title: text(part.title),
    href: part.href,
    launchData: text(part.launchData),
    masteryScore: number(part.masteryScore),
    passingScore: number(part.passingScore),
    completionThreshold: number(part.completionThreshold),
    objectiveIds: Array.isArray(part.objectiveIds) ? part.objectiveIds.map(text).filter(Boolean) : [],
  };
}

/** The address of a page in the package's folder. `null`: it is outside of the folder. */
export function inFolder(folder: string, href: string): string | null {
  let address: URL;
  try {
    address = new URL(href, folder);
  } catch {
    return null;
  }
  return address.href.startsWith(folder) ? address.href : null;
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");
const number = (value: unknown): number | null => (typeof value === "number" ? value : null);
