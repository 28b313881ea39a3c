// What the player needs of a run-time API of either SCORM version; each version is a chunk of its own.

import type { Part } from "../launch";
import type { Cmi, Learner } from "./data";

export interface Hooks {
  /** The package has set a value. */
  changed(): void;
  /** The package has asked for its state to be kept, or has ended its session. */
  committed(): void;
  /** The package has ended its session and asked for another part. */
  wanted(direction: "next" | "previous"): void;
}

/** A run-time API that pages of a package find in the window around them. */
export interface Api {
  /** Whether a page has begun a session with it. */
  begun(): boolean;
  /** The `cmi` as it is saved. */
  held(): Cmi;
  /** Take the API away from the pages. */
  close(): void;
}

export type Offer = (part: Part, learner: Learner, saved: Cmi | null, hooks: Hooks) => Api;
