// Runs plain HTML, a package or one file, in an origin of its own. It has nothing to save.

import type { Running, Setting } from "./run";
import { OWN_ORIGIN, Stage } from "./stage";
import { text } from "./texts";

export function runHtml(setting: Setting): Running {
  const stage = new Stage(setting.place, OWN_ORIGIN, setting.launch.title || text("lesson"));
  stage.show(setting.url, setting.launch.title || text("lesson"));
  setting.shown(1, 1);
  return { model: () => null, leave: () => stage.clear() };
}
