// Uploads the file of a lesson. A large one goes in parts: it can be paused, and goes on after a cut or a reload.
import { api, ask, type Schemas } from "../../../api/client";
import { asProblem } from "../../../api/problem";
import { typeFor } from "./kinds";
import { forget, remember, remembered } from "./memory";
import { AT_ONCE, ATTEMPTS, type FilePart, FORM_BYTES, isSameFile, partsLeft, pause } from "./plan";
import { sendForm, sendPart } from "./send";

/** Which lesson a file is for. */
export interface Target {
  courseId: string;
  lessonId: string;
}

/** A file, and the media type for which its lesson takes it. */
interface Typed {
  file: File;
  mediaType: Awaited<ReturnType<typeof typeFor>>;
}

type OnShare = (share: number) => void;

const waiting = (milliseconds: number, signal: AbortSignal) =>
  new Promise<void>((done, fail) => {
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      fail(new DOMException("stopped", "AbortError"));
    });
  });

/**
 * Uploads a file for a lesson of a kind; `onShare` gets 0 to 1. Ending it by `signal` pauses it: the same call with the same file goes on.
 * Throws a `Problem`, or an AbortError after a pause.
 */
export async function upload(
  target: Target,
  kind: Schemas["LessonContentType"],
  file: File,
  signal: AbortSignal,
  onShare: OnShare,
): Promise<void> {
  const mediaType = await typeFor(kind, file);
  if (file.size > FORM_BYTES) return uploadInParts(target, { file, mediaType }, signal, onShare);
  const form = await ask(
    api.POST("/courses/{courseId}/lessons/{lessonId}/upload", {
      params: { path: target },
      body: { fileName: file.name, mediaType, sizeBytes: file.size },
    }),
  );
  await sendForm(form, file, signal, (sent) => onShare(sent / file.size));
}

/** Gives up an upload in parts: S3 deletes what has arrived. */
export async function giveUp(target: Target): Promise<void> {
  const known = remembered(target.courseId, target.lessonId);
  forget(target.courseId, target.lessonId);
  if (!known) return;
  const path = { ...target, uploadId: known.uploadId };
  await ask(api.DELETE("/courses/{courseId}/lessons/{lessonId}/uploads/{uploadId}", { params: { path } }));
}

async function begin(target: Target, { file, mediaType }: Typed) {
  const made = await ask(
    api.POST("/courses/{courseId}/lessons/{lessonId}/uploads", {
      params: { path: target },
      body: { fileName: file.name, sizeBytes: file.size, mediaType },
    }),
  );
  const { uploadId, partBytes } = made;
  const { name, size, lastModified } = file;
  remember(target.courseId, target.lessonId, { uploadId, partBytes, name, size, lastModified });
  return { uploadId, partBytes, done: new Set<number>() };
}

/** The upload that this file had before, with the parts that arrived; a new one if there is none any more. */
async function beginOrGoOn(target: Target, typed: Typed) {
  const known = remembered(target.courseId, target.lessonId);
  if (!known || !isSameFile(typed.file, known)) return begin(target, typed);
  try {
    const path = { ...target, uploadId: known.uploadId };
    const there = await ask(
      api.GET("/courses/{courseId}/lessons/{lessonId}/uploads/{uploadId}/parts", { params: { path } }),
    );
    return {
      uploadId: known.uploadId,
      partBytes: there.partBytes,
      done: new Set(there.items.map((part) => part.partNumber)),
    };
  } catch (error) {
    const { status } = asProblem(error);
    if (status !== 404 && status !== 409) throw error;
    return begin(target, typed); // it has ended meanwhile
  }
}

async function uploadInParts(
  target: Target,
  typed: Typed,
  signal: AbortSignal,
  onShare: OnShare,
): Promise<void> {
  const { uploadId, partBytes, done } = await beginOrGoOn(target, typed);
  const { file } = typed;
  const path = { ...target, uploadId };
  const left = partsLeft(file.size, partBytes, done);
  const sent = new Map<number, number>();
  let arrived = file.size - left.reduce((sum, part) => sum + part.to - part.from, 0);
  const tell = () => onShare((arrived + [...sent.values()].reduce((sum, each) => sum + each, 0)) / file.size);
  tell();

  const one = async (part: FilePart) => {
    for (let failed = 0; ; ) {
      try {
        const signed = await ask(
          api.POST("/courses/{courseId}/lessons/{lessonId}/uploads/{uploadId}/parts", {
            params: { path },
            body: { partNumbers: [part.partNumber] },
          }),
        );
        const url = signed.items[0]?.url ?? "";
        await sendPart(url, file.slice(part.from, part.to), signal, (bytes) => {
          sent.set(part.partNumber, bytes);
          tell();
        });
        break;
      } catch (error) {
        if (signal.aborted || ++failed >= ATTEMPTS || !asProblem(error).isPassing) throw error;
        sent.delete(part.partNumber);
        await waiting(pause(failed), signal);
      }
    }
    sent.delete(part.partNumber);
    arrived += part.to - part.from;
    tell();
  };
  const next = left[Symbol.iterator]();
  const worker = async () => {
    for (const part of next) await one(part);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  await ask(
    api.POST("/courses/{courseId}/lessons/{lessonId}/uploads/{uploadId}/complete", { params: { path } }),
  );
  forget(target.courseId, target.lessonId);
}
