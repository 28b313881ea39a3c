// Decides when the state of a package is sent to the portal. Knows no SCORM and no page.

import type { Runtime } from "../../shared/player-messages";

export interface Clock {
  later(action: () => void, milliseconds: number): number;
  cancel(timer: number): void;
}

type Model = Record<string, unknown>;
export type Send = (save: { launch: number; sequence: number; model: Model }) => void;

const BROKEN_TEXT = /\p{Surrogate}/gu;

/**
 * Sends the state some time after it changed, at the latest `delay` after the first change that was not sent, and at
 * once when asked. Each time with a higher sequence; a state that was sent already is not sent again.
 */
export class Reporter {
  private timer: number | null = null;
  private sequence: number;
  private sent = "";

  /** `runtime` is what the portal opened the package with: the launch that this is, and the last sequence in it. */
  constructor(
    private readonly runtime: Runtime,
    private readonly read: () => Model | null,
    private readonly send: Send,
    private readonly clock: Clock,
    private readonly delay: number,
  ) {
    this.sequence = runtime.sequence;
  }

  /** The state may have changed. */
  changed(): void {
    this.timer ??= this.clock.later(() => this.flush(), this.delay);
  }

  /** Send the state now, if it is not the one that was sent last. */
  flush(): void {
    if (this.timer !== null) this.clock.cancel(this.timer);
    this.timer = null;
    const model = this.read();
    if (model === null) return;
    // The API takes no text with half a character, which some packages cut off at a length.
    const text = JSON.stringify(model, (_, value) =>
      typeof value === "string" ? value.replace(BROKEN_TEXT, "\uFFFD") : value,
    );
    if (text === this.sent) return;
    this.sent = text;
    this.sequence += 1;
    this.send({ launch: this.runtime.launch, sequence: this.sequence, model: JSON.parse(text) });
  }
}
