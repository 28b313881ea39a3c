// Runs plain HTML, a package or one file, in an origin of its own unless it needs storage. It has nothing to save.

import type { Running, Setting } from "./run";
import { OWN_ORIGIN, STORAGE_ORIGIN, Stage } from "./stage";
import { text } from "./texts";

export function runHtml(setting: Setting): Running {
  const sandbox = setting.needsStorage ? STORAGE_ORIGIN : OWN_ORIGIN;
  const stage = new Stage(setting.place, sandbox, setting.launch.title || text("lesson"));
  const loaded = new Promise<void>((done) =>
    stage.show(setting.url, setting.launch.title || text("lesson"), done),
  );
  setting.shown(1, 1);
  return { loaded, model: () => null, leave: () => stage.clear(), closing: () => {}, goOn: () => {} };
}
