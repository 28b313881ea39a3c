// What the player and the page that runs an H5P say to one another. That page has an origin without a name in most
// lessons, so each side knows the other by its window, and by the nonce.

export type ToH5p =
  | { type: "run"; nonce: string; folder: string; title: string; state: unknown; language: string }
  /** Tell the state once more. */
  | { type: "leave"; nonce: string };

export type FromH5p =
  | { type: "h5p-ready" }
  /** The package has been drawn. */
  | { type: "drawn"; nonce: string }
  | { type: "statement"; nonce: string; statement: unknown }
  | { type: "state"; nonce: string; state: unknown }
  | { type: "last-state"; nonce: string; state: unknown }
  | { type: "broken"; nonce: string };
