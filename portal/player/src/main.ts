// The player of course packages, in a frame of the portal and on the origin of the content.
// It waits for the portal to open a package, runs it, and reports what the package says about the learner.

import type { FromPlayer, Open, ToPlayer } from "../../shared/player-messages";
import { runH5p } from "./h5p/play";
import { runHtml } from "./html";
import { type Launch, toLaunch } from "./launch";
import "./player.css";
import { LastWord } from "./last-word";
import { Reporter } from "./reporter";
import { Failure, type Running, type Setting } from "./run";
import { runScorm } from "./scorm/play";
import { speak, text } from "./texts";

/** The stack writes it: who may open packages. The player's own headers name the same origins. */
const CONFIG = "/player/config.json";
/** The files of a package are in a folder beside its `launch.json`. */
const FILES = "files/";
/** How long a change may wait until the portal hears of it, in milliseconds. */
const REPORT_AFTER = 1000;
/** A page that is still there so long after it was to be closed stays, in milliseconds: its person has said so. */
const STAYS_AFTER = 1500;

const place = document.getElementById("place") as HTMLElement;
const alertBox = document.getElementById("alert") as HTMLElement;
const statusBox = document.getElementById("status") as HTMLElement;

/** The portal around this page, which is known once it has opened a package. */
class Portal {
  constructor(
    private readonly origin: string,
    private readonly nonce: string,
  ) {}

  send(message: Unsigned<FromPlayer>): void {
    parent.postMessage({ ...message, nonce: this.nonce }, this.origin);
  }

  fail(problem: unknown): void {
    const code = problem instanceof Failure ? problem.code : "package-broken";
    statusBox.textContent = "";
    alertBox.textContent = text(code);
    this.send({ type: "failed", code, detail: text(code) });
  }
}

type Unsigned<Message> = Message extends { nonce: string } ? Omit<Message, "nonce"> : never;

async function readLaunch(message: Open): Promise<Launch> {
  if (!message.launchUrl) return { kind: "html", title: "", parts: [] };
  const read = await fetch(message.launchUrl).then(
    (answer) => (answer.ok ? answer.json() : null),
    () => null,
  );
  if (read === null) throw new Failure("launch-not-readable");
  const launch = toLaunch(read);
  if (launch === null) throw new Failure("kind-not-known");
  return launch;
}

async function run(setting: Setting, portal: Portal): Promise<Running> {
  const { kind } = setting.launch;
  if (kind === "scorm-1.2" || kind === "scorm-2004") return runScorm(setting);
  if (kind === "h5p") return runH5p(setting, (failure) => portal.fail(failure));
  return runHtml(setting);
}

async function open(message: Open, portal: Portal): Promise<void> {
  let running: Running | null = null;
  let isClosing = false;
  const lastWord = storageOf(message);
  const saved = message.runtime ? lastWord.newest(message.runtime) : {};
  const reporter = message.runtime
    ? new Reporter(
        message.runtime,
        () => running?.model() ?? null,
        (save) => {
          portal.send({ type: "save", ...save });
          if (isClosing) lastWord.keep(save);
        },
        {
          later: (action, after) => window.setTimeout(action, after),
          cancel: (timer) => clearTimeout(timer),
        },
        REPORT_AFTER,
      )
    : null;
  // Many packages save only while their page is unloaded. So that happens here, where the player can still keep what they
  // say: the portal hears nothing of it if the tab is closed.
  addEventListener("beforeunload", () => {
    if (isClosing || running === null) return;
    isClosing = true;
    running.closing();
    reporter?.flush();
    setTimeout(() => {
      isClosing = false;
      running?.goOn();
    }, STAYS_AFTER);
  });
  addEventListener("pagehide", () => reporter?.flush());
  addEventListener("visibilitychange", () => reporter?.flush());
  addEventListener("message", (event: MessageEvent) => {
    const said = event.data as ToPlayer;
    if (event.source !== parent || said?.nonce !== message.nonce) return;
    if (said.type === "saved" && message.runtime) lastWord.heard(message.runtime.launch, said.sequence);
    if (said.type !== "leave") return;
    void (running?.leave() ?? Promise.resolve()).then(() => {
      reporter?.flush();
      portal.send({ type: "left" });
    });
  });
  await speak([message.language, ...navigator.languages]);
  statusBox.textContent = text("loading");
  const launch = await readLaunch(message);
  running = await run(
    {
      launch,
      folder: message.launchUrl ? new URL(FILES, message.launchUrl).href : "",
      url: message.url,
      needsStorage: message.needsStorage === true,
      learner: message.learner,
      language: message.language,
      saved,
      place,
      changed: () => (isClosing ? reporter?.flush() : reporter?.changed()),
      committed: () => reporter?.flush(),
      shown: (item, count) => portal.send({ type: "title", item, count }),
    },
    portal,
  );
  // So that the API has a last word of the launch before.
  if (message.runtime && saved !== message.runtime.model) reporter?.changed();
  await running.loaded;
  statusBox.textContent = "";
}

function storageOf(message: Open): LastWord {
  return new LastWord(() => localStorage, message.learner.id, message.launchUrl, message.seals ?? null);
}

async function start(): Promise<void> {
  await speak(navigator.languages);
  if (parent === window) {
    alertBox.textContent = text("notInPortal");
    return;
  }
  const config = (await (await fetch(CONFIG)).json()) as { portalOrigins: string[] };
  let opened = false;
  addEventListener("message", (event: MessageEvent) => {
    const message = event.data as ToPlayer;
    if (event.source !== parent || !config.portalOrigins.includes(event.origin)) return;
    if (opened || message?.type !== "open") return;
    opened = true;
    const portal = new Portal(event.origin, message.nonce);
    open(message, portal).catch((problem: unknown) => portal.fail(problem));
  });
  const around = location.ancestorOrigins?.[0];
  const hosts = around === undefined ? config.portalOrigins : [around];
  for (const origin of hosts.filter((each) => config.portalOrigins.includes(each)))
    parent.postMessage({ type: "ready" } satisfies FromPlayer, origin);
}

start().catch(() => {
  alertBox.textContent = text("launch-not-readable");
});
