// Renews the tokens, once for all tabs. Rules without a page: locks, network and the other tabs are given.
import { isFresh, personOf, type Tokens } from "./tokens";

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
  /** Another person has the browser now: the page has to begin again, with their tokens. */
  giveWay(tokens: Tokens): void;
}

/**
 * The tokens of this tab. A page belongs to one person, the first whose tokens it had: what it shows and what it saves is
 * theirs. So it never takes the tokens of anybody else.
 */
export class Renewal {
  #owner: string | null = null;
  #hasGivenWay = false;
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

  /** The tokens that other tabs may have; null if another person has the browser now. */
  get shared(): Tokens | null {
    return this.#hasGivenWay ? null : this.#tokens;
  }

  /** Takes the tokens of somebody who has just signed in on this page, which shows nothing of anybody before. */
  begin(tokens: Tokens): void {
    this.#owner = personOf(tokens.id).userId;
    this.#hold(tokens);
  }

  /**
   * Takes what another tab says: tokens, or null for a sign-out. `isNew`: somebody has just signed in there. Another person's
   * tokens are not taken. If they are new, or nobody is signed in here, the page gives way.
   */
  take(tokens: Tokens | null, isNew = false): void {
    if (this.#hasGivenWay) return;
    if (!tokens || this.#isMine(tokens)) this.#hold(tokens);
    else if (isNew || !this.isSignedIn) this.#giveWay(tokens);
  }

  /** Tokens that are good for a minute, renewed if need be. Throws `SignInEnded`. `refused` is an ID token to replace. */
  async fresh(refused?: string): Promise<Tokens> {
    if (this.#hasGivenWay) throw new SignInEnded();
    if (this.#isGood(refused)) return this.#tokens as Tokens;
    this.#running ??= this.#renew(refused).finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  #isMine(tokens: Tokens): boolean {
    return this.#owner === null || personOf(tokens.id).userId === this.#owner;
  }

  #hold(tokens: Tokens | null): void {
    if (tokens) this.#owner ??= personOf(tokens.id).userId;
    this.#tokens = tokens;
    this.#refresh = tokens?.refresh ?? null;
    this.changed(tokens);
  }

  #giveWay(tokens: Tokens): void {
    // What is saved while the page ends still goes with the tokens of its own person.
    this.#hasGivenWay = true;
    this.world.giveWay(tokens);
  }

  #isGood(refused?: string): boolean {
    return isFresh(this.#tokens, this.world.now()) && this.#tokens.id !== refused;
  }

  async #renew(refused?: string): Promise<Tokens> {
    return this.world.alone(async () => {
      // Another tab may have renewed them while this one waited.
      if (this.#isGood(refused)) return this.#tokens as Tokens;
      if (this.#refresh === null || this.#hasGivenWay) throw new SignInEnded();
      try {
        const tokens = await this.world.renew(this.#refresh);
        // Meanwhile the person may have signed out in another tab, or somebody else may have signed in there.
        if (this.#refresh === null || this.#hasGivenWay || !this.#isMine(tokens)) throw new SignInEnded();
        this.#hold(tokens);
        this.world.share(tokens);
        return tokens;
      } catch (error) {
        if (!(error instanceof SignInEnded) || this.#hasGivenWay) throw error;
        const others = await this.world.askOthers();
        if (isFresh(others, this.world.now()) && others.id !== refused) {
          if (this.#isMine(others)) {
            this.#hold(others);
            return others;
          }
          if (!this.#hasGivenWay) this.#giveWay(others);
          throw error;
        }
        this.take(null);
        throw error;
      }
    });
  }
}
