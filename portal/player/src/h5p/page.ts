// The page that runs an H5P with h5p-standalone. Its libraries come from the package, so nothing here is to be trusted.

import type { FromH5p, ToH5p } from "./messages";

interface Instance {
  getCurrentState?: () => unknown;
}
interface Core {
  externalDispatcher?: {
    on(name: "xAPI", listener: (event: { data: { statement: unknown } }) => void): void;
  };
  instances?: Instance[];
}
declare global {
  interface Window {
    H5P?: Core;
    H5PStandalone?: { H5P: new (place: HTMLElement, options: Record<string, unknown>) => Promise<unknown> };
  }
}

const FILES = "/player/h5p";
/** How often the state is looked at, in milliseconds. */
const LOOK_EVERY = 5000;
// Its own saving is not used, but only with an interval does H5P take a state that was saved. A day never passes here.
const NEVER_SAVE_SECONDS = 86_400;

const post = (message: FromH5p): void => parent.postMessage(message, "*");
const state = (): unknown => window.H5P?.instances?.[0]?.getCurrentState?.();

/** Whether the page has an origin without a name, and so no storage. */
const hasOwnOrigin = self.origin === "null";

/** Storage that ends with the page, since some libraries fail without. */
function lendStorage(name: "localStorage" | "sessionStorage"): void {
  const held = new Map<string, string>();
  const value = {
    get length() {
      return held.size;
    },
    key: (place: number) => [...held.keys()][place] ?? null,
    getItem: (key: string) => held.get(String(key)) ?? null,
    setItem: (key: string, text: string) => void held.set(String(key), String(text)),
    removeItem: (key: string) => void held.delete(String(key)),
    clear: () => held.clear(),
  };
  Object.defineProperty(window, name, { value, configurable: true });
}

async function run(message: Extract<ToH5p, { type: "run" }>): Promise<void> {
  const { nonce, folder, title } = message;
  document.documentElement.lang = message.language;
  document.title = title;
  const script = document.createElement("script");
  script.src = `${FILES}/main.bundle.js`;
  await new Promise((done, failed) => {
    script.onload = done;
    script.onerror = failed;
    document.head.append(script);
  });
  const place = document.getElementById("h5p");
  if (!window.H5PStandalone || !place) throw new Error("the player of H5P is missing");
  await new window.H5PStandalone.H5P(place, {
    h5pJsonPath: folder.replace(/\/$/, ""),
    frameJs: `${FILES}/frame.bundle.js`,
    frameCss: `${FILES}/styles/h5p.css`,
    // A frame in a page without a named origin has yet another origin, which H5P could not fill.
    embedType: "div",
    title,
    saveFreq: NEVER_SAVE_SECONDS,
    ...(message.state === undefined || message.state === null
      ? {}
      : { contentUserData: [{ state: JSON.stringify(message.state) }] }),
  });
  post({ type: "drawn", nonce });
  window.H5P?.externalDispatcher?.on("xAPI", (event) => {
    post({ type: "statement", nonce, statement: JSON.parse(JSON.stringify(event.data.statement)) });
    look();
  });
  let seen = JSON.stringify(message.state);
  const look = (): void => {
    const found = state();
    const text = JSON.stringify(found);
    if (text === undefined || text === seen) return;
    seen = text;
    post({ type: "state", nonce, state: JSON.parse(text) });
  };
  setInterval(look, LOOK_EVERY);
  addEventListener("beforeunload", look);
}

addEventListener("message", (event: MessageEvent) => {
  if (event.source !== parent || parent === window) return;
  // What runs here shares the player's origin, so only a page of that origin may say what runs.
  if (!hasOwnOrigin && event.origin !== location.origin) return;
  const message = event.data as ToH5p;
  if (message?.type === "run") run(message).catch(() => post({ type: "broken", nonce: message.nonce }));
  if (message?.type === "leave") {
    const text = JSON.stringify(state());
    post({ type: "last-state", nonce: message.nonce, state: text === undefined ? null : JSON.parse(text) });
  }
});
if (hasOwnOrigin) {
  lendStorage("localStorage");
  lendStorage("sessionStorage");
}
post({ type: "h5p-ready" });
