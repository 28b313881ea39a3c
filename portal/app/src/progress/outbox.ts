// The way of progress from a page to the API: first onto the device, then over the network, whenever there is one.
import { forgetSeals } from "../../../shared/launch-secrets";
import { asProblem, type Problem } from "../api/problem";
import { person, SignInEnded, tokenNow } from "../sign-in/session";
import { call, callAtLeaving } from "./calls";
import { tellEverywhere } from "./refusals";
import { pauseAfter, sendAll } from "./sender";
import { allOf, put, remove, removeAllOf } from "./store";
import { lookAgain, noteStuck } from "./stuck";
import { type Change, requestOf, slotOf, type Update } from "./updates";

const SIGN_OUT_MS = 3_000;

/** What became of an update. `waits`: it is kept on this device and goes by itself. A problem: it is refused for good. */
export type Fate = "sent" | "waits" | Problem;

/** Whether it tells the person. */
type Refused = (update: Update, problem: Problem) => boolean;

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

/** Keeps a change and sends it now, or as soon as that is possible. */
export async function save(courseId: string, lessonId: string, change: Change): Promise<Fate> {
  const update = updateOf(courseId, lessonId, change);
  if (!update) return asProblem(new SignInEnded());
  const slot = slotOf(update);
  let refusal: Problem | undefined;
  const stop = onRefusal((each, problem) => {
    if (slotOf(each) === slot) refusal = problem;
    return false;
  });
  try {
    await put(update);
    await flush();
  } finally {
    stop();
  }
  if (refusal) return refusal;
  // Others may still wait, which are no business of this one.
  return (await allOf(update.userId)).some((each) => slotOf(each) === slot) ? "waits" : "sent";
}

/** Keeps and sends a change while the page is being left: it is sent at once. Whether it has been sent. */
export async function saveAtLeaving(courseId: string, lessonId: string, change: Change): Promise<boolean> {
  const update = updateOf(courseId, lessonId, change);
  if (!update) return false;
  void put(update);
  const { path, body } = requestOf(update, new Date().toISOString());
  if (await callAtLeaving(update.userId, path, body, tokenNow())) {
    await remove(update);
    void lookAgain(update.userId);
    return true;
  }
  // A page that is only hidden goes on: what is too large, or met an ended token, goes the usual way.
  void flush();
  return false;
}

/** Hears of updates that the API has refused for good; what no listener tells, the shell tells. The result ends it. */
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
  forgetSeals(localStorage, userId);
  noteStuck(userId, []);
}

async function sendOnce(): Promise<boolean> {
  const userId = person.value?.userId;
  if (!userId) return false;
  clearTimeout(timer);
  const isEmpty = await sendAll({
    now: () => new Date(),
    all: () => allOf(userId),
    remove,
    send: call,
    refused,
  });
  noteStuck(userId, isEmpty ? [] : await allOf(userId));
  failures = isEmpty ? 0 : failures + 1;
  if (!isEmpty) timer = setTimeout(() => void flush(), pauseAfter(failures));
  return isEmpty;
}

function updateOf(courseId: string, lessonId: string, change: Change): Update | null {
  const userId = person.value?.userId;
  return userId ? { userId, courseId, lessonId, change, occurredAt: new Date().toISOString() } : null;
}

function refused(update: Update, problem: Problem): void {
  const isTold = [...listeners].map((each) => each(update, problem)).some(Boolean);
  if (!isTold) tellEverywhere(update, problem);
}
