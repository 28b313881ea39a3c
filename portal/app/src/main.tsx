// The portal's start: reads the settings, draws the app, and finds out who is signed in.
import { render } from "preact";
import { config, loadConfig } from "./config";
import "./design/tokens.css";
import "./design/base.css";
import "./design/parts.css";
import "./design/shell.css";
import { useSchoolColour } from "./design/school-colours";
import { App } from "./shell/app";
import { watchDroppedFiles } from "./shell/dropped-files";
import { watchLeaving } from "./shell/leaving";
import { watchForOldCode } from "./shell/old-code";
import { watchBack } from "./shell/unsaved";
import { person, prepareSession, startSession } from "./sign-in/session";
import { choice, startLanguage } from "./texts/language";
import { START_PROBLEM } from "./texts/start-problem";
import { loadTexts } from "./texts/translator";

const root = document.getElementById("app") as HTMLElement;

async function start(): Promise<void> {
  startLanguage(loadTexts);
  prepareSession();
  let session: Promise<void> | undefined;
  const configured = loadConfig().then(() => {
    // The sign-in is renewed while texts come. The page that ends a sign-in makes the session itself.
    if (location.pathname !== "/signed-in") session = startSession();
  });
  await Promise.all([configured, loadTexts()]);
  useSchoolColour(config().school.colours.accent);
  watchLeaving();
  watchForOldCode();
  watchBack();
  watchDroppedFiles();
  root.replaceChildren();
  render(<App />, root);
  await session;
  person.subscribe((who) => {
    if (who) void import("./progress/outbox").then(({ startOutbox }) => startOutbox());
  });
}

start().catch(() => {
  const note = document.createElement("p");
  note.setAttribute("role", "alert");
  note.className = "boot";
  note.textContent = START_PROBLEM[choice.value.language];
  root.replaceChildren(note);
});
