// The way of progress from a page to the API: first onto the device, then over the network, whenever there is one.
import { API_BASE } from "../api/client";
import { freshTokens, person, tokenNow } from "../sign-in/session";
import { pauseAfter, sendAll } from "./sender";
import { allOf, put, remove, removeAllOf } from "./store";
import { type Change, requestOf, type Update } from "./updates";

const KEEPALIVE_BYTES = 60_000; // browsers allow 64 KiB for all such requests of a page together
const SIGN_OUT_MS = 3_000;

type Refused = (update: Update, status: number) => void;

const listeners = new Set<Refused>();
let failures = 0;
let timer: ReturnType<typeof setTimeout> | undefined;
let running: Promise<boolean> | undefined;
let queued: Promise<boolean> | undefined;

/** Begins to send what is left from before; again whenever the device is back on the network. */
export function startOutbox(): void {
  void flush();
  addEventListener("online", () => void flush());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") void flush();
  });
}

/** Keeps a change on the device without sending it: a killed page loses nothing. */
export async function keep(courseId: string, lessonId: string, change: Change): Promise<void> {
  const update = updateOf(courseId, lessonId, change);
  if (update) await put(update);
}

/** Keeps a change and sends it now, or as soon as that is possible. Whether it has been sent. */
export async function save(courseId: string, lessonId: string, change: Change): Promise<boolean> {
  await keep(courseId, lessonId, change);
  return flush();
}

/** Keeps and sends a change while the page is being left: it is sent at once. Whether it has been sent. */
export async function saveAtLeaving(courseId: string, lessonId: string, change: Change): Promise<boolean> {
  const update = updateOf(courseId, lessonId, change);
  if (!update) return false;
  void put(update);
  const token = tokenNow();
  const { path, body } = requestOf(update, new Date().toISOString());
  const text = JSON.stringify(body);
  if (!token || new Blob([text]).size > KEEPALIVE_BYTES) return false;
  return await fetch(`${API_BASE}${path}`, {
    method: "PUT",
    headers: headersFor(token),
    body: text,
    keepalive: true,
  }).then(
    async (answer) => {
      if (answer.ok) await remove(update);
      return answer.ok;
    },
    () => false, // it waits on the device
  );
}

/** Hears of updates that the API has refused for good, with the status. The result ends it. */
export function onRefusal(listener: Refused): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** What waits of one lesson, which is newer than what the API knows. */
export async function waitingFor(courseId: string, lessonId: string): Promise<Update[]> {
  const userId = person.value?.userId;
  if (!userId) return [];
  return (await allOf(userId)).filter((each) => each.courseId === courseId && each.lessonId === lessonId);
}

/** Sends what waits; whether nothing waits any more. One tab sends at a time, and one round after the other. */
export function flush(): Promise<boolean> {
  // A round that has begun may have read the store before the latest change: another one follows it.
  queued ??= (running ?? Promise.resolve(true))
    .catch(() => false)
    .then(async () => {
      running = queued;
      queued = undefined;
      return await navigator.locks.request("education.outbox", sendOnce);
    });
  return queued;
}

/** Sends what waits before a sign-out, for three seconds at most. What is left waits for the next sign-in. */
export async function flushSoon(): Promise<void> {
  await Promise.race([flush(), new Promise((resolve) => setTimeout(resolve, SIGN_OUT_MS))]).catch(() => {});
}

/** Forgets what waits, of a person whose account was erased. */
export async function forget(userId: string): Promise<void> {
  await removeAllOf(userId);
}

async function sendOnce(): Promise<boolean> {
  const userId = person.value?.userId;
  if (!userId) return false;
  clearTimeout(timer);
  const isEmpty = await sendAll({ now: () => new Date(), all: () => allOf(userId), remove, send, refused });
  failures = isEmpty ? 0 : failures + 1;
  if (!isEmpty) timer = setTimeout(() => void flush(), pauseAfter(failures));
  return isEmpty;
}

async function send(path: string, body: unknown): Promise<number> {
  try {
    const first = await freshTokens();
    const answer = await request(path, body, first.id);
    if (answer.status !== 401) return answer.status;
    return (await request(path, body, (await freshTokens(first.id)).id)).status;
  } catch {
    return 0;
  }
}

function request(path: string, body: unknown, token: string): Promise<Response> {
  return fetch(`${API_BASE}${path}`, {
    method: "PUT",
    headers: headersFor(token),
    body: JSON.stringify(body),
  });
}

function headersFor(token: string): Record<string, string> {
  return { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
}

function updateOf(courseId: string, lessonId: string, change: Change): Update | null {
  const userId = person.value?.userId;
  return userId ? { userId, courseId, lessonId, change, occurredAt: new Date().toISOString() } : null;
}

function refused(update: Update, status: number): void {
  for (const each of listeners) each(update, status);
}
