// The state of a package that was closed with its tab. The portal hears nothing any more by then, so the player keeps the
// state in the browser, and goes on with it when the same person opens the package the next time.

import type { Runtime } from "../../shared/player-messages";

/** What is needed of the browser's storage. It may refuse everything. */
export type Storage = Pick<globalThis.Storage, "getItem" | "setItem" | "removeItem">;

type Save = Pick<Runtime, "launch" | "sequence" | "model">;

/** The last word of one person in one package. */
export class LastWord {
  private readonly key: string;

  /** `storage` may throw. `folder` is the address of the package, which has its version in it. Its token changes each hour. */
  constructor(
    private readonly storage: () => Storage,
    learnerId: string,
    folder: string,
  ) {
    const path = folder.replace(/^.*\/p\/[^/]+\//, "");
    this.key = `last-word/${learnerId}/${path}`;
  }

  /** Keep what was said, until the portal has heard it. */
  keep(save: Save): void {
    this.quietly(() => this.storage().setItem(this.key, JSON.stringify(save)));
  }

  /** The portal has heard everything up to this save. */
  heard(launch: number, sequence: number): void {
    const kept = this.read();
    if (kept !== null && (kept.launch < launch || (kept.launch === launch && kept.sequence <= sequence)))
      this.forget();
  }

  /**
   * What to go on with: the last word, if it was said in the launch before this one, and else what is saved. If there was
   * a launch in between, somebody has gone on without it.
   */
  newest(runtime: Runtime): Record<string, unknown> {
    const kept = this.read();
    if (kept !== null && kept.launch + 1 !== runtime.launch) this.forget();
    return kept !== null && kept.launch + 1 === runtime.launch ? kept.model : runtime.model;
  }

  private forget(): void {
    this.quietly(() => this.storage().removeItem(this.key));
  }

  private read(): Save | null {
    const text = this.quietly(() => this.storage().getItem(this.key));
    if (!text) return null;
    try {
      const kept: unknown = JSON.parse(text);
      return isSave(kept) ? kept : null;
    } catch {
      return null;
    }
  }

  private quietly<T>(action: () => T): T | null {
    try {
      return action();
    } catch {
      return null; // no storage, or no room
    }
  }
}

function isSave(value: unknown): value is Save {
  if (typeof value !== "object" || value === null) return false;
  const { launch, sequence, model } = value as Partial<Save>;
  return typeof launch === "number" && typeof sequence === "number" && typeof model === "object" && !!model;
}
