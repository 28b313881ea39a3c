// What every kind of package is for the rest of the player.

import type { FailureCode } from "../../shared/player-messages";
import type { Launch } from "./launch";
import type { Learner } from "./scorm/data";

export type Model = Record<string, unknown>;

/** What a kind gets to run a package. */
export interface Setting {
  launch: Launch;
  /** The package's folder, with its slash. */
  folder: string;
  /** The first page. */
  url: string;
  /** Whether web pages and H5P share the player's origin, and so have storage. */
  needsStorage: boolean;
  learner: Learner;
  language: string;
  /** What was saved. Empty if nothing was. */
  saved: Model;
  place: HTMLElement;
  /** The model may have changed. */
  changed(): void;
  /** The model is to be sent now. */
  committed(): void;
  /** A part is shown. Parts are counted from 1. */
  shown(item: number, count: number): void;
}

/** A package that runs. */
export interface Running {
  /** Resolves when there is something to see. Absent: the package says it by itself, or nobody can tell. */
  loaded?: Promise<void>;
  /** What is to be saved; null if there is nothing. */
  model(): Model | null;
  /** End the session: the package says its last word before this resolves. */
  leave(): Promise<void>;
  /** The page may be closed at once: the package says its last word before this returns. */
  closing(): void;
  /** The page was not closed after all. */
  goOn(): void;
}

/** A package that cannot be run. The code says why. */
export class Failure extends Error {
  constructor(readonly code: FailureCode) {
    super(code);
  }
}
