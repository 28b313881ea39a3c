// The state of a package that was closed with its tab. The portal hears nothing any more by then, so the player keeps the
// state in the browser, and goes on with it when the same person opens the package the next time.

import type { Runtime, Seals } from "../../shared/player-messages";
import { sealOf } from "./seal";

/** What is needed of the browser's storage. It may refuse everything. */
export type Storage = Pick<globalThis.Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">;

type Save = Pick<Runtime, "launch" | "sequence" | "model">;

const OURS = "last-word/";

/**
 * The last word of one person in one package. Packages that run in the player's origin can write into the same storage. So
 * what is kept carries a seal, whose secret only the portal keeps, and what they have written for another package is not
 * believed. They can take it away.
 */
export class LastWord {
  private readonly key: string;

  /** `storage` may throw. `folder` is the address of the package, which has its version in it. Its token changes each hour. */
  constructor(
    private readonly storage: () => Storage,
    learnerId: string,
    folder: string,
    private readonly seals: Seals | null,
  ) {
    const path = folder.replace(/^.*\/p\/[^/]+\//, "");
    this.key = `${OURS}${learnerId}/${path}`;
  }

  /** Keep what was said, until the portal has heard it. */
  keep(save: Save): void {
    if (!this.seals) return;
    const text = sealed(this.seals.now, JSON.stringify(save));
    const put = () => this.quietly(() => this.storage().setItem(this.key, text) ?? true);
    // A full storage costs nobody their result: what packages have stored for their comfort goes first.
    if (put()) return;
    this.clear((key) => !key.startsWith(OURS));
    if (put()) return;
    this.clear((key) => key !== this.key);
    put();
  }

  /** The portal has heard everything up to this save. */
  heard(launch: number, sequence: number): void {
    const kept = this.read(this.seals?.now) ?? this.read(this.seals?.before);
    if (kept !== null && (kept.launch < launch || (kept.launch === launch && kept.sequence <= sequence)))
      this.forget();
  }

  /**
   * What to go on with: the last word, if it was said in the launch before this one, and else what is saved. If there was
   * a launch in between, somebody has gone on without it.
   */
  newest(runtime: Runtime): Record<string, unknown> {
    const kept = this.read(this.seals?.before);
    if (kept !== null && kept.launch + 1 === runtime.launch) return kept.model;
    this.forget();
    return runtime.model;
  }

  private forget(): void {
    this.quietly(() => this.storage().removeItem(this.key));
  }

  private clear(which: (key: string) => boolean): void {
    this.quietly(() => {
      const storage = this.storage();
      const keys = Array.from({ length: storage.length }, (_, place) => storage.key(place) ?? "");
      for (const key of keys.filter(which)) storage.removeItem(key);
    });
  }

  private read(secret: string | null | undefined): Save | null {
    const text = this.quietly(() => this.storage().getItem(this.key));
    if (!text || !secret) return null;
    const said = text.slice(text.indexOf(" ") + 1);
    if (text !== sealed(secret, said)) return null;
    try {
      const kept: unknown = JSON.parse(said);
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

const sealed = (secret: string, text: string) => `${sealOf(secret, text)} ${text}`;

function isSave(value: unknown): value is Save {
  if (typeof value !== "object" || value === null) return false;
  const { launch, sequence, model } = value as Partial<Save>;
  return typeof launch === "number" && typeof sequence === "number" && typeof model === "object" && !!model;
}
