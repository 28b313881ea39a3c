import { describe, expect, test } from "vitest";
import { Renewal, SignInEnded, type World } from "./renewal";
import type { Tokens } from "./tokens";

const HOUR = 3_600_000;
const tokens = (id: string, endsAt = HOUR): Tokens => ({ id, access: `a-${id}`, refresh: `r-${id}`, endsAt });

function world(changes: Partial<World> = {}) {
  const asked: string[] = [];
  const shared: string[] = [];
  const made: World = {
    now: () => 0,
    alone: (work) => work(),
    renew: async (refresh) => {
      asked.push(refresh);
      return tokens(`new-${asked.length}`);
    },
    share: (each) => shared.push(each.id),
    askOthers: async () => null,
    ...changes,
  };
  return { made, asked, shared };
}

describe("the tokens of a tab", () => {
  test("are used as they are while they are good for a minute", async () => {
    const { made, asked } = world();
    const renewal = new Renewal(made);
    renewal.take(tokens("first", 60_001));
    expect((await renewal.fresh()).id).toBe("first");
    expect(asked).toEqual([]);
  });

  test("are renewed in their last minute, once for many requests, and given to the other tabs", async () => {
    const { made, asked, shared } = world();
    const renewal = new Renewal(made);
    renewal.take(tokens("first", 60_000));
    const all = await Promise.all([renewal.fresh(), renewal.fresh(), renewal.fresh()]);
    expect(all.map((each) => each.id)).toEqual(["new-1", "new-1", "new-1"]);
    expect(asked).toEqual(["r-first"]);
    expect(shared).toEqual(["new-1"]);
  });

  test("are renewed when the API refuses them, though the clock says that they are good", async () => {
    const { made } = world();
    const renewal = new Renewal(made);
    renewal.take(tokens("first"));
    expect((await renewal.fresh("first")).id).toBe("new-1");
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
    expect((await renewal.fresh()).id).toBe("of another tab");
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
    expect((await renewal.fresh()).id).toBe("of another tab");
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
