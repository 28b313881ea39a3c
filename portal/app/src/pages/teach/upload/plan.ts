// How a file is sent: with one form, or in parts that are sent again where the connection was cut. Rules without a page.

/** Files up to this size go with one form; larger ones in parts. */
export const FORM_BYTES = 16 * 1024 * 1024;
/** How many parts are on their way at once. */
export const AT_ONCE = 4;
/** How often a part is tried before the upload stops and waits for the person. */
export const ATTEMPTS = 5;

/** A part of a file: its number from 1 on, and its bytes from `from` to before `to`. */
export interface FilePart {
  partNumber: number;
  from: number;
  to: number;
}

/** The parts of a file that are still to be sent. `done` has the numbers of those that arrived. */
export function partsLeft(sizeBytes: number, partBytes: number, done: ReadonlySet<number>): FilePart[] {
  const count = Math.max(1, Math.ceil(sizeBytes / partBytes));
  return Array.from({ length: count }, (_, each) => ({
    partNumber: each + 1,
    from: each * partBytes,
    to: Math.min(sizeBytes, (each + 1) * partBytes),
  })).filter((part) => !done.has(part.partNumber));
}

/** How long to wait before the attempt after `failed` failed ones, in milliseconds. */
export const pause = (failed: number): number => Math.min(30_000, 1_000 * 2 ** (failed - 1));

/** Whether a chosen file is the one that an interrupted upload is about. */
export function isSameFile(
  file: { name: string; size: number; lastModified: number },
  of: Remembered,
): boolean {
  return file.name === of.name && file.size === of.size && file.lastModified === of.lastModified;
}

/** An upload in parts as the browser remembers it, to go on after a reload. */
export interface Remembered {
  uploadId: string;
  name: string;
  size: number;
  lastModified: number;
  partBytes: number;
}
