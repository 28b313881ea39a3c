// What the tabs of one browser tell one another about the sign-in. Nothing of it is stored.
import type { Tokens } from "./tokens";

type Message = { type: "ask" } | { type: "tokens"; tokens: Tokens; isNew?: boolean } | { type: "ended" };

const ANSWER_MS = 250;

/** The line between the tabs. */
export class Tabs {
  readonly #channel = new BroadcastChannel("education.session");
  readonly #waiting = new Set<(tokens: Tokens | null) => void>();

  /** `own`: the tokens of this tab. `taken`: another tab has told its tokens, or null after a sign-out, and after `ended`. */
  constructor(
    own: () => Tokens | null,
    taken: (tokens: Tokens | null, isNew: boolean) => void,
    ended: () => void,
  ) {
    this.#channel.onmessage = (event: MessageEvent<Message>) => {
      const message = event.data;
      if (message.type === "ask") {
        const tokens = own();
        if (tokens) this.share(tokens);
      } else {
        if (message.type === "ended") ended();
        const tokens = message.type === "tokens" ? message.tokens : null;
        for (const waiting of this.#waiting) waiting(tokens);
        taken(tokens, message.type === "tokens" && message.isNew === true);
      }
    };
  }

  /** Gives the tokens to the other tabs. `isNew`: somebody has just signed in with them. */
  share(tokens: Tokens, isNew = false): void {
    this.#channel.postMessage({ type: "tokens", tokens, isNew } satisfies Message);
  }

  /** Tells the other tabs that the person has signed out. */
  end(): void {
    this.#channel.postMessage({ type: "ended" } satisfies Message);
  }

  /** The tokens of another tab; null if none answers in time. */
  ask(): Promise<Tokens | null> {
    return new Promise((resolve) => {
      const answer = (tokens: Tokens | null) => {
        clearTimeout(timer);
        this.#waiting.delete(answer);
        resolve(tokens);
      };
      const timer = setTimeout(answer, ANSWER_MS, null);
      this.#waiting.add(answer);
      this.#channel.postMessage({ type: "ask" } satisfies Message);
    });
  }
}
