// Saves the state of a package for the portal: a copy on this device at once, the API every ten seconds while it changes.
// Knows no page and no HTTP.

import type { Runtime } from "./player-messages";

/** How often a state that changes is sent to the API, in milliseconds. */
export const SAVE_EVERY = 10_000;

/**
 * What became of a save. `superseded`: the package was opened elsewhere since, so this state is of no use any more.
 * `refused`: the API will never take this state, for example because it is too large. `failed`: it is tried again.
 */
export type Saved = "saved" | "superseded" | "refused" | "failed";

export interface SaverPorts {
  /** Send a state to the API. `leaving`: the page may end before the answer. Never rejects. */
  put(runtime: Runtime, leaving: boolean): Promise<Saved>;
  /** Keep a copy on this device, or forget it. */
  keep(runtime: Runtime | null): void;
  /** Something that the learner should hear of, or that is over. */
  tell(outcome: Saved): void;
  now(): number;
  later(action: () => void, milliseconds: number): number;
  cancel(timer: number): void;
}

/** One package that is open. States come in by `offer`; the newest one is the only one that is ever sent. */
export class RuntimeSaver {
  private newest: Runtime | null = null;
  private sequence = -1;
  private sentAt = Number.NEGATIVE_INFINITY;
  private timer: number | null = null;
  private sending: Promise<void> | null = null;
  private over = false;

  constructor(private readonly ports: SaverPorts) {}

  /** A new state of the package. */
  offer(runtime: Runtime): void {
    if (this.over || runtime.sequence <= this.sequence) return;
    this.sequence = runtime.sequence;
    this.newest = runtime;
    this.ports.keep(runtime);
    this.plan();
  }

  /** Send what was not sent yet. Resolves when the API has answered. */
  async flush(leaving = false): Promise<void> {
    this.unplan();
    // A page that ends does not wait for the save before this one. The API tells by the sequence which is newer.
    if (!leaving) await this.sending;
    await this.send(leaving);
  }

  private plan(): void {
    if (this.timer !== null || this.newest === null || this.over) return;
    const wait = Math.max(0, this.sentAt + SAVE_EVERY - this.ports.now());
    this.timer = this.ports.later(() => {
      this.timer = null;
      if (this.sending === null) void this.send(false);
    }, wait);
  }

  private unplan(): void {
    if (this.timer !== null) this.ports.cancel(this.timer);
    this.timer = null;
  }

  private async send(leaving: boolean): Promise<void> {
    const runtime = this.newest;
    if (runtime === null || this.over) return;
    this.sentAt = this.ports.now();
    const answered = this.ports.put(runtime, leaving).then((outcome) => this.settle(runtime, outcome));
    this.sending = answered;
    await answered;
    if (this.sending === answered) this.sending = null;
    if (!leaving) this.plan();
  }

  private settle(runtime: Runtime, outcome: Saved): void {
    if (outcome === "superseded") this.over = true;
    if (outcome !== "failed" && this.newest === runtime) {
      this.newest = null;
      if (outcome !== "refused") this.ports.keep(null);
    }
    this.ports.tell(outcome);
  }
}
