// What the portal and the player of packages say to one another by postMessage.

/** A saved state of a package, as `/runtime` of the API gives and takes it. */
export interface Runtime {
  launch: number;
  sequence: number;
  model: Record<string, unknown>;
}

/** Messages of the portal to the player. */
export type ToPlayer =
  | {
      type: "open";
      nonce: string;
      kind: string;
      url: string;
      launchUrl: string;
      runtime: Runtime | null;
      learner: { id: string; name: string };
      language: string;
    }
  | { type: "saved"; nonce: string; sequence: number }
  | { type: "leave"; nonce: string };

/** Messages of the player to the portal. */
export type FromPlayer =
  | { type: "ready" }
  | { type: "save"; nonce: string; launch: number; sequence: number; model: Record<string, unknown> }
  | { type: "title"; nonce: string; item: number; count: number }
  | { type: "left"; nonce: string }
  | { type: "failed"; nonce: string; code: string; detail: string };
