import { describe, expect, test } from "vitest";
import { Renewal, SignInEnded, type World } from "./renewal";
import type { Tokens } from "./tokens";

const HOUR = 3_600_000;
/** An ID token of one person, with a word by which the tests tell it. */
const idOf = (word: string, userId = "ada") => `h.${btoa(JSON.stringify({ sub: userId }))}.${word}`;
const wordOf = ({ id }: Tokens) => id.split(".")[2];
const tokens = (word: string, endsAt = HOUR, userId = "ada"): Tokens => ({
  id: idOf(word, userId),
  access: `a-${word}`,
  refresh: `r-${word}`,
  endsAt,
});

function world(changes: Partial<World> = {}) {
  const asked: string[] = [];
  const shared: (string | undefined)[] = [];
  const ways: (string | undefined)[] = [];
  const made: World = {
    now: () => 0,
    alone: (work) => work(),
    renew: async (refresh) => {
      asked.push(refresh);
      return tokens(`new-${asked.length}`);
    },
    share: (each) => shared.push(wordOf(each)),
    askOthers: async () => null,
    giveWay: (each) => ways.push(wordOf(each)),
    ...changes,
  };
  return { made, asked, shared, ways };
}

describe("the tokens of a tab", () => {
  test("are used as they are while they are good for a minute", async () => {
    const { made, asked } = world();
    const renewal = new Renewal(made);
    renewal.take(tokens("first", 60_001));
    expect(wordOf(await renewal.fresh())).toBe("first");
    expect(asked).toEqual([]);
  });

  test("are renewed in their last minute, once for many requests, and given to the other tabs", async () => {
    const { made, asked, shared } = world();
    const renewal = new Renewal(made);
    renewal.take(tokens("first", 60_000));
    const all = await Promise.all([renewal.fresh(), renewal.fresh(), renewal.fresh()]);
    expect(all.map(wordOf)).toEqual(["new-1", "new-1", "new-1"]);
    expect(asked).toEqual(["r-first"]);
    expect(shared).toEqual(["new-1"]);
  });

  test("are renewed when the API refuses them, though the clock says that they are good", async () => {
    const { made } = world();
    const renewal = new Renewal(made);
    renewal.take(tokens("first"));
    expect(wordOf(await renewal.fresh(idOf("first")))).toBe("new-1");
  });

  test("are not renewed again if another tab did it while this one waited", async () => {
    const { made, asked } = world({
      alone: async (work) => {
        renewal.take(tokens("of another tab"));
        return work();
      },
    });
    const renewal = new Renewal(made);
    renewal.take(tokens("first", 0));
    expect(wordOf(await renewal.fresh())).toBe("of another tab");
    expect(asked).toEqual([]);
  });

  test("end when the refresh token is refused and no other tab has better ones", async () => {
    const { made } = world({
      renew: async () => {
        throw new SignInEnded();
      },
    });
    const renewal = new Renewal(made);
    renewal.take(tokens("first", 0));
    await expect(renewal.fresh()).rejects.toThrow(SignInEnded);
    expect(renewal.isSignedIn).toBe(false);
  });

  test("are those of another tab when that one has the newer refresh token", async () => {
    const { made } = world({
      renew: async () => {
        throw new SignInEnded();
      },
      askOthers: async () => tokens("of another tab"),
    });
    const renewal = new Renewal(made);
    renewal.take(tokens("first", 0));
    expect(wordOf(await renewal.fresh())).toBe("of another tab");
  });

  test("stay when nobody answers: a cut network does not sign anybody out", async () => {
    const { made } = world({
      renew: async () => {
        throw new TypeError("Failed to fetch");
      },
    });
    const renewal = new Renewal(made);
    renewal.take(tokens("first", 0));
    await expect(renewal.fresh()).rejects.toThrow(TypeError);
    expect(renewal.isSignedIn).toBe(true);
  });
});

describe("a page belongs to the first person whose tokens it has", () => {
  const bo = (word: string) => tokens(word, HOUR, "bo");

  test("somebody else who signs in in another tab has the page begin again, and their tokens are not used here", async () => {
    const { made, asked, ways } = world();
    const renewal = new Renewal(made);
    renewal.take(tokens("ada's"));
    renewal.take(bo("bo's"), true);
    expect(ways).toEqual(["bo's"]);
    await expect(renewal.fresh()).rejects.toThrow(SignInEnded);
    expect(asked).toEqual([]);
    // What ada's page saves while it ends goes with her own token, and no other tab is told of it.
    expect(wordOf(renewal.current as Tokens)).toBe("ada's");
    expect(renewal.shared).toBeNull();
  });

  test("what another person's tab renews, or answers a new tab, changes nothing here", async () => {
    const { made, ways } = world();
    const renewal = new Renewal(made);
    renewal.take(tokens("ada's"));
    renewal.take(bo("bo's"));
    expect(ways).toEqual([]);
    expect(wordOf(await renewal.fresh())).toBe("ada's");
  });

  test("a page whose person has signed out gives way to whoever is signed in", () => {
    const { made, ways } = world();
    const renewal = new Renewal(made);
    renewal.take(tokens("ada's"));
    renewal.take(null);
    renewal.take(bo("bo's"));
    expect(ways).toEqual(["bo's"]);
    expect(renewal.isSignedIn).toBe(false);
  });

  test("the same person who signs in again goes on", async () => {
    const { made, ways } = world();
    const renewal = new Renewal(made);
    renewal.take(tokens("first"));
    renewal.take(null);
    renewal.take(tokens("second"), true);
    expect(ways).toEqual([]);
    expect(wordOf(await renewal.fresh())).toBe("second");
  });

  test("a refused renewal does not take another person's tokens", async () => {
    const { made, ways } = world({
      renew: async () => {
        throw new SignInEnded();
      },
      askOthers: async () => bo("bo's"),
    });
    const renewal = new Renewal(made);
    renewal.take(tokens("ada's", 0));
    await expect(renewal.fresh()).rejects.toThrow(SignInEnded);
    expect(ways).toEqual(["bo's"]);
  });

  test("a renewal that another sign-in or a sign-out overtakes gives no tokens to anybody", async () => {
    for (const overtake of [
      (each: Renewal) => each.take(bo("bo's"), true),
      (each: Renewal) => each.take(null),
    ]) {
      const { made, shared } = world({
        renew: async () => {
          overtake(renewal);
          return tokens("late");
        },
      });
      const renewal = new Renewal(made);
      renewal.take(tokens("ada's", 0));
      await expect(renewal.fresh()).rejects.toThrow(SignInEnded);
      expect(shared).toEqual([]);
      expect(renewal.shared).toBeNull();
    }
  });

  test("the page that ends a sign-in belongs to who has signed in", async () => {
    const { made, ways } = world();
    const renewal = new Renewal(made);
    renewal.take(tokens("of another tab"));
    renewal.begin(bo("bo's"));
    expect(ways).toEqual([]);
    expect(wordOf(await renewal.fresh())).toBe("bo's");
  });
});
