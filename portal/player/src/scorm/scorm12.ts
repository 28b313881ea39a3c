// Offers the SCORM 1.2 run-time to a part, as `window.API`.

import { Scorm12API } from "scorm-again/scorm12/min";
import type { Api, Offer } from "./api";
import { type Cmi, savedOf12, startOf12 } from "./data";

declare global {
  interface Window {
    API?: unknown;
  }
}

export const offer: Offer = (part, learner, saved, hooks): Api => {
  const start = startOf12(part, learner, saved);
  const api = new Scorm12API({ autocommit: false, lmsCommitUrl: false, logLevel: "NONE" });
  api.loadFromJSON({ cmi: start }, "");
  api.on("LMSSetValue.*", hooks.changed);
  api.on("LMSCommit", hooks.committed);
  api.on("LMSFinish", hooks.committed);
  window.API = api;
  return {
    begun: () => !api.isNotInitialized(),
    held: () => savedOf12(JSON.parse(JSON.stringify(api.cmi)) as Cmi, start, api.isTerminated()),
    close: () => {
      delete window.API;
    },
  };
};
