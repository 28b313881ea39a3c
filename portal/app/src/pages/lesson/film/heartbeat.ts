// When a film's position is told: once a minute, and at each moment that matters. Rules without a page.

/** Where positions go. */
export interface Sink {
  /** Tells the API; it waits on the device if nobody answers. */
  report(seconds: number): void;
  /** Only keeps it on the device, for the case that the page is killed. */
  keep(seconds: number): void;
}

const REPORT_MS = 60_000;
const KEEP_MS = 5_000;

/** The rhythm of one film. It begins at the position where the student stopped. */
export class Heartbeat {
  #told: number;
  #kept: number;
  #toldAt: number | null = null;
  #keptAt = 0;

  constructor(
    private readonly sink: Sink,
    startAt: number,
  ) {
    this.#told = Math.floor(startAt);
    this.#kept = this.#told;
  }

  /** The film plays and is at `position` seconds; `now` is in milliseconds. */
  playing(position: number, now: number): void {
    this.#toldAt ??= now;
    if (now - this.#toldAt >= REPORT_MS) {
      this.moment(position, now);
    } else if (now - this.#keptAt >= KEEP_MS) {
      const seconds = Math.floor(position);
      if (seconds !== this.#kept) this.sink.keep(seconds);
      this.#kept = seconds;
      this.#keptAt = now;
    }
  }

  /** A pause, a seek, the end, a hidden tab. A position that was told already is not told again. */
  moment(position: number, now: number): void {
    const seconds = Math.floor(position);
    this.#toldAt = now;
    this.#keptAt = now;
    if (seconds === this.#told) return;
    this.#told = seconds;
    this.#kept = seconds;
    this.sink.report(seconds);
  }

  /** The position to tell while the page is left; null if it was told already. */
  last(position: number): number | null {
    const seconds = Math.floor(position);
    if (seconds === this.#told) return null;
    this.#told = seconds;
    return seconds;
  }
}
