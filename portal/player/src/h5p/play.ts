// Runs an H5P in a page of its own, in an origin without a name unless it needs storage, and keeps what that page reports.

import { Failure, type Running, type Setting } from "../run";
import { OWN_ORIGIN, STORAGE_ORIGIN, Stage } from "../stage";
import { text } from "../texts";
import type { FromH5p, ToH5p } from "./messages";
import { after, toResult } from "./xapi";

/** The edge gives the first page an origin of its own, whoever opens it. */
const PAGE = "/player/h5p.html";
const STORAGE_PAGE = "/player/h5p-storage.html";
/** How long the page may take to tell its last state, in milliseconds. */
const LAST_WORD = 1000;

/** `failed` is called when the package turns out to be broken. */
export function runH5p(setting: Setting, failed: (failure: Failure) => void): Running {
  const title = setting.launch.title || text("lesson");
  const { needsStorage } = setting;
  const stage = new Stage(setting.place, needsStorage ? STORAGE_ORIGIN : OWN_ORIGIN, title);
  const origin = needsStorage ? location.origin : "null";
  const nonce = crypto.randomUUID();
  const began = performance.now();
  const before = toResult(setting.saved.xapi);
  let result = before;
  let state: unknown = setting.saved.state;
  let told = state !== undefined;
  let lastWord = (): void => {};
  let drawn = (): void => {};
  const loaded = new Promise<void>((done) => {
    drawn = done;
  });

  const post = (message: ToH5p): void => stage.frame.contentWindow?.postMessage(message, "*");
  const listen = (event: MessageEvent): void => {
    if (event.source !== stage.frame.contentWindow || event.origin !== origin) return;
    const message = event.data as FromH5p;
    if (message?.type === "h5p-ready") {
      post({ type: "run", nonce, folder: setting.folder, title, state, language: setting.language });
      return;
    }
    if (message?.nonce !== nonce) return;
    if (message.type === "broken") failed(new Failure("package-broken"));
    else if (message.type === "drawn") drawn();
    else if (message.type === "statement") {
      const made = after(message.statement, result);
      if (made === result) return;
      result = made;
      told = true;
      setting.committed();
    } else {
      if (message.state !== undefined && message.state !== null) {
        state = message.state;
        told = true;
      }
      setting.changed();
      if (message.type === "last-state") lastWord();
    }
  };
  addEventListener("message", listen);
  stage.show(needsStorage ? STORAGE_PAGE : PAGE, title);
  setting.shown(1, 1);
  return {
    loaded,
    model: () => {
      if (!told) return null;
      const seconds = Math.round(before.seconds + (performance.now() - began) / 1000);
      return { xapi: { ...result, seconds }, ...(state === undefined ? {} : { state }) };
    },
    leave: async () => {
      await new Promise<void>((done) => {
        lastWord = done;
        setTimeout(done, LAST_WORD);
        post({ type: "leave", nonce });
      });
      removeEventListener("message", listen);
      await stage.clear();
    },
    // Its page tells the state by itself when it is closed.
    closing: () => {},
    goOn: () => {},
  };
}
