// The portal's side of a package that is played: opens it in the frame of the player, takes its reports, and leaves it
// without losing the last one. What is saved, and how, is in runtime-saver.ts.

import type { FailureCode, FromPlayer, Open, Runtime, Seals, ToPlayer } from "./player-messages";
import { RuntimeSaver, type Saved } from "./runtime-saver";

/** How long a player may take to say that it has left, in milliseconds. */
const LEAVING = 4000;

/** What the portal does for a package. None of these functions rejects, but for `load`. */
export interface HostPorts {
  /** GET …/runtime, which begins a launch. Null for who is not enrolled: then nothing is saved. */
  load(): Promise<Runtime | null>;
  /** PUT …/runtime. `leaving`: send it so that it survives the page (`keepalive`, which carries 64 KiB at most). */
  put(runtime: Runtime, leaving: boolean): Promise<Saved>;
  /** The secrets of this launch and of the one before it (launch-secrets.ts). */
  seals(): Seals;
  /** The copy on this device that the API has not confirmed. */
  kept(): Runtime | null;
  keep(runtime: Runtime | null): void;
  /** Each save's outcome, a part that is shown, or why the package does not run. */
  saved(outcome: Saved): void;
  shown(item: number, count: number): void;
  failed(code: FailureCode, detail: string): void;
}

export type Opening = Pick<Open, "kind" | "url" | "launchUrl" | "needsStorage" | "learner" | "language">;

/** One package in one frame, whose `src` this sets to the address of the player. */
export class PackageHost {
  private readonly nonce = crypto.randomUUID();
  private readonly origin: string;
  private readonly saver: RuntimeSaver;
  private left: () => void = () => {};
  private opened = false;
  private over = false;
  private runtime: Runtime | null = null;
  private seals: Seals | null = null;

  constructor(
    private readonly frame: HTMLIFrameElement,
    private readonly playerUrl: string,
    private readonly opening: Opening,
    private readonly ports: HostPorts,
  ) {
    this.origin = new URL(playerUrl).origin;
    this.saver = new RuntimeSaver({
      put: (runtime, leaving) => ports.put(runtime, leaving),
      keep: (runtime) => ports.keep(runtime),
      tell: (outcome) => ports.saved(outcome),
      now: () => performance.now(),
      later: (action, after) => window.setTimeout(action, after),
      cancel: (timer) => clearTimeout(timer),
    });
  }

  /** Load the saved state and open the package. Rejects when the state cannot be loaded. */
  async start(): Promise<void> {
    // What the last page could not send goes first: loading begins a new launch, which refuses it.
    const kept = this.ports.kept();
    if (kept !== null && (await this.ports.put(kept, false)) !== "failed") this.ports.keep(null);
    const runtime = await this.ports.load();
    if (this.over) return;
    addEventListener("message", this.listen);
    addEventListener("pagehide", this.leavePage);
    document.addEventListener("visibilitychange", this.hide);
    this.runtime = runtime;
    this.seals = runtime && this.ports.seals();
    this.frame.src = this.playerUrl;
  }

  /** End the session. When this resolves, all was saved or kept, and the frame may be removed. */
  async leave(): Promise<void> {
    const isFirst = !this.over;
    this.over = true;
    if (this.opened && isFirst) {
      await new Promise<void>((done) => {
        this.left = done;
        setTimeout(done, LEAVING);
        this.post({ type: "leave", nonce: this.nonce });
      });
    }
    await this.saver.flush();
    removeEventListener("message", this.listen);
    removeEventListener("pagehide", this.leavePage);
    document.removeEventListener("visibilitychange", this.hide);
  }

  private readonly leavePage = (): void => void this.saver.flush(true);
  private readonly hide = (): void => {
    if (document.visibilityState === "hidden") void this.saver.flush(true);
  };

  private readonly listen = (event: MessageEvent): void => {
    if (event.source !== this.frame.contentWindow || event.origin !== this.origin) return;
    const message = event.data as FromPlayer;
    if (message?.type === "ready") {
      if (this.opened) return;
      this.opened = true;
      this.post({
        type: "open",
        nonce: this.nonce,
        runtime: this.runtime,
        seals: this.seals,
        ...this.opening,
      });
      return;
    }
    if (message?.nonce !== this.nonce) return;
    if (message.type === "save") {
      const { launch, sequence, model } = message;
      if (launch !== this.runtime?.launch) return;
      this.saver.offer({ launch, sequence, model });
      this.post({ type: "saved", nonce: this.nonce, sequence });
    } else if (message.type === "title") this.ports.shown(message.item, message.count);
    else if (message.type === "failed") this.ports.failed(message.code, message.detail);
    else this.left();
  };

  private post(message: ToPlayer): void {
    this.frame.contentWindow?.postMessage(message, this.origin);
  }
}
