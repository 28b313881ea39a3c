// What the portal and the player of packages say to one another by postMessage.

/** A saved state of a package, as `/runtime` of the API gives and takes it. */
export interface Runtime {
  launch: number;
  sequence: number;
  model: Record<string, unknown>;
}

/**
 * The secrets with which the player seals what it keeps in the browser for the next launch. Packages that share its origin
 * can write there; only what has the seal of the launch before is believed.
 */
export interface Seals {
  /** The secret of the launch before in this browser; null if there was none. */
  before: string | null;
  now: string;
}

/** Opens a package. `runtime` is null for who is not enrolled, such as a teacher who looks at the lesson: nothing is saved. */
export interface Open {
  type: "open";
  /** Random, made by the portal for this frame. Both sides put it into every later message. */
  nonce: string;
  kind: string;
  url: string;
  /** The address of the package's `launch.json`; empty for a lesson that is one HTML file. */
  launchUrl: string;
  /** The instructor's word that its pages need the browser's storage: then they share the player's origin. */
  needsStorage?: boolean;
  runtime: Runtime | null;
  /** Null where nothing is saved. */
  seals: Seals | null;
  learner: { id: string; name: string };
  language: string;
}

/** Messages of the portal to the player. */
export type ToPlayer =
  | Open
  | { type: "saved"; nonce: string; sequence: number }
  | { type: "leave"; nonce: string };

/** Why a package does not run: a stable code, so that the portal can say it in its own words. */
export type FailureCode = "launch-not-readable" | "kind-not-known" | "part-outside" | "package-broken";

/** Messages of the player to the portal. */
export type FromPlayer =
  | { type: "ready" }
  | { type: "save"; nonce: string; launch: number; sequence: number; model: Record<string, unknown> }
  | { type: "title"; nonce: string; item: number; count: number }
  | { type: "left"; nonce: string }
  | { type: "failed"; nonce: string; code: FailureCode; detail: string };

/** What the frame of the player may do. Packages in it may do no more, whatever their own frame says. */
export const PLAYER_SANDBOX =
  "allow-scripts allow-same-origin allow-forms allow-popups allow-downloads allow-modals";
