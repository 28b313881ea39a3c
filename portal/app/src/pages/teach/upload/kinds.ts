// Which files a lesson takes, known before anything is sent.
import type { Schemas } from "../../../api/client";
import { Problem } from "../../../api/problem";
import { teach } from "../texts";

type Kind = Schemas["LessonContentType"];
type MediaType = NonNullable<Schemas["UploadCreate"]["mediaType"]>;

const BY_ENDING: Record<Kind, Record<string, MediaType>> = {
  video: { mp4: "video/mp4", m4v: "video/mp4", webm: "video/webm" },
  pdf: { pdf: "application/pdf" },
  article: { md: "text/markdown", markdown: "text/markdown", zip: "application/zip" },
  interactive: { zip: "application/zip", h5p: "application/zip", html: "text/html", htm: "text/html" },
};

/** What a file chooser offers for a lesson: the value of `accept`. */
export function offered(kind: Kind): string {
  const endings = BY_ENDING[kind];
  return [...Object.keys(endings).map((ending) => `.${ending}`), ...new Set(Object.values(endings))].join();
}

// How files of a type begin. Text has no such mark, but it has no zero bytes either.
const BEGINNING_BYTES = 1024;
const BEGINS: Record<MediaType, (text: string) => boolean> = {
  "video/mp4": (text) => text.slice(4, 8) === "ftyp",
  "video/webm": (text) => text.startsWith("\x1aE\xdf\xa3"),
  "application/pdf": (text) => text.includes("%PDF-"),
  "application/zip": (text) => text.startsWith("PK"),
  "text/html": (text) => !text.includes("\0") || /^(\xff\xfe|\xfe\xff)/.test(text),
  "text/markdown": (text) => !text.includes("\0"),
};

/**
 * The media type of a file for a lesson: by the ending of its name, or by what the browser knows of a name without an
 * ending. Rejects with a `Problem` that says what the lesson takes, if it does not take this file, or if the file does
 * not begin as files of its type do.
 */
export async function typeFor(kind: Kind, file: File): Promise<MediaType> {
  const endings = BY_ENDING[kind];
  const ending = /\.([^.]+)$/.exec(file.name.toLowerCase())?.[1];
  const found = ending ? endings[ending] : Object.values(endings).find((each) => each === file.type);
  if (found) refuseEmpty(file);
  if (!found || !BEGINS[found](await beginningOf(file))) throw new Problem(400, teach(`upload.not-${kind}`));
  return found;
}

/** The first bytes of a file, each as one character. */
async function beginningOf(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.slice(0, BEGINNING_BYTES).arrayBuffer());
  return String.fromCharCode(...bytes);
}

/** Throws a `Problem` for a file that has nothing in it: the storage takes none. */
export function refuseEmpty(file: { size: number }): void {
  if (file.size === 0) throw new Problem(400, teach("upload.empty"));
}
