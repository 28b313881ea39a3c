// A page that plays a package in tests, in the portal's place: the portal's own side of the protocol, and nothing around it.

import { nextSeals } from "../../shared/launch-secrets";
import { PackageHost } from "../../shared/package-host";
import { PLAYER_SANDBOX, type Runtime } from "../../shared/player-messages";
import type { Saved } from "../../shared/runtime-saver";

/** What a test plays: an answer of GET …/content, and how to reach the run-time data. */
interface Played {
  content: { kind: string; url: string; launchUrl?: string; playerUrl: string; needsStorage?: boolean };
  /** The address of …/runtime; empty for who is not enrolled. */
  runtimeUrl: string;
  token: string;
}

const seen = {
  saved: [] as Saved[],
  shown: [] as number[][],
  failed: [] as string[],
  messages: [] as unknown[],
};
const KEPT = "kept";

function play({ content, runtimeUrl, token }: Played): PackageHost {
  const call = (method: string, body: string | null, keepalive: boolean): Promise<Response> =>
    fetch(runtimeUrl, {
      method,
      body,
      keepalive,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === null ? {} : { "content-type": "application/json" }),
      },
    });
  const frame = document.createElement("iframe");
  frame.setAttribute("sandbox", PLAYER_SANDBOX);
  frame.allow = "fullscreen; unload";
  frame.title = "The lesson";
  document.body.append(frame);
  const kept = localStorage.getItem(KEPT);
  const opening = {
    kind: content.kind,
    url: content.url,
    launchUrl: content.launchUrl ?? "",
    needsStorage: content.needsStorage === true,
    learner: { id: "learner-1", name: "Ada Lovelace" },
    language: "en",
  };
  const host = new PackageHost(frame, content.playerUrl, opening, {
    load: async () => (runtimeUrl ? ((await (await call("GET", null, false)).json()) as Runtime) : null),
    put: async (runtime, leaving) => {
      const answer = await call("PUT", JSON.stringify(runtime), leaving).catch(() => null);
      if (answer?.ok) return "saved";
      if (answer?.status === 409) return "superseded";
      return answer?.status === 413 ? "refused" : "failed";
    },
    seals: () => nextSeals(() => localStorage, opening.learner.id, runtimeUrl),
    kept: () => (kept === null ? null : (JSON.parse(kept) as Runtime)),
    keep: (runtime) => {
      if (runtime === null) localStorage.removeItem(KEPT);
      else localStorage.setItem(KEPT, JSON.stringify(runtime));
    },
    saved: (outcome) => seen.saved.push(outcome),
    shown: (item, count) => seen.shown.push([item, count]),
    failed: (code) => seen.failed.push(code),
  });
  void host.start();
  return host;
}

addEventListener("message", (event) => seen.messages.push(event.data));
Object.assign(window, { play, seen });
