// Renews the tokens, once for all tabs. Rules without a page: locks, network and the other tabs are given.
import { isFresh, type Tokens } from "./tokens";

/** The sign-in has ended: only signing in again helps. */
export class SignInEnded extends Error {}

/** What renewal needs of the world. */
export interface World {
  now(): number;
  /** Runs the work while no other tab does. */
  alone<T>(work: () => Promise<T>): Promise<T>;
  /** New tokens for a refresh token. Throws `SignInEnded` if it is refused, anything else if nobody answered. */
  renew(refresh: string): Promise<Tokens>;
  /** Gives new tokens to the other tabs. */
  share(tokens: Tokens): void;
  /** The tokens of another tab; null if no tab has any. */
  askOthers(): Promise<Tokens | null>;
}

/** The tokens of this tab. */
export class Renewal {
  #tokens: Tokens | null = null;
  #refresh: string | null = null;
  #running: Promise<Tokens> | null = null;

  constructor(
    private readonly world: World,
    private readonly changed: (tokens: Tokens | null) => void = () => {},
  ) {}

  /** The tokens as they are, perhaps ended; null without a sign-in or before the first renewal. */
  get current(): Tokens | null {
    return this.#tokens;
  }

  /** Whether there is a sign-in, as far as this tab knows. */
  get isSignedIn(): boolean {
    return this.#refresh !== null;
  }

  /** Starts from a refresh token that this tab had before it was loaded again. */
  resume(refresh: string): void {
    this.#refresh = refresh;
  }

  /** Takes tokens: of a new sign-in, or those that another tab has renewed. */
  take(tokens: Tokens | null): void {
    this.#tokens = tokens;
    this.#refresh = tokens?.refresh ?? null;
    this.changed(tokens);
  }

  /** Tokens that are good for a minute, renewed if need be. Throws `SignInEnded`. `refused` is an ID token to replace. */
  async fresh(refused?: string): Promise<Tokens> {
    if (this.#isGood(refused)) return this.#tokens as Tokens;
    this.#running ??= this.#renew(refused).finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  #isGood(refused?: string): boolean {
    return isFresh(this.#tokens, this.world.now()) && this.#tokens.id !== refused;
  }

  async #renew(refused?: string): Promise<Tokens> {
    return this.world.alone(async () => {
      // Another tab may have renewed them while this one waited.
      if (this.#isGood(refused)) return this.#tokens as Tokens;
      if (this.#refresh === null) throw new SignInEnded();
      try {
        const tokens = await this.world.renew(this.#refresh);
        this.take(tokens);
        this.world.share(tokens);
        return tokens;
      } catch (error) {
        if (!(error instanceof SignInEnded)) throw error;
        const others = await this.world.askOthers();
        if (isFresh(others, this.world.now()) && others.id !== refused) {
          this.take(others);
          return others;
        }
        this.take(null);
        throw error;
      }
    });
  }
}
