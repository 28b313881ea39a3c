// Offers the SCORM 2004 run-time to a part, as `window.API_1484_11`. Its sequencing stays unused.

import { Scorm2004API } from "scorm-again/scorm2004/min";
import type { Api, Offer } from "./api";
import { type Cmi, savedOf2004, startOf2004 } from "./data";

declare global {
  interface Window {
    API_1484_11?: unknown;
  }
}

export const offer: Offer = (part, learner, saved, hooks): Api => {
  const start = startOf2004(part, learner, saved);
  const api = new Scorm2004API({ autocommit: false, lmsCommitUrl: false, logLevel: "NONE" });
  api.loadFromJSON({ cmi: start }, "");
  let wanted = "";
  api.on("SetValue.*", (element?: string, value?: unknown) => {
    if (element === "adl.nav.request") wanted = String(value);
    hooks.changed();
  });
  api.on("Commit", hooks.committed);
  api.on("Terminate", () => {
    hooks.committed();
    if (wanted === "continue") hooks.wanted("next");
    if (wanted === "previous") hooks.wanted("previous");
  });
  window.API_1484_11 = api;
  return {
    begun: () => !api.isNotInitialized(),
    held: () => savedOf2004(JSON.parse(JSON.stringify(api.cmi)) as Cmi, start),
    close: () => {
      delete window.API_1484_11;
    },
  };
};
