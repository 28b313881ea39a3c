import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { call, callAtLeaving } from "./calls";

const session = vi.hoisted(() => ({ tokens: [] as string[] }));
vi.mock("../sign-in/session", async () => ({
  SignInEnded: (await import("../sign-in/renewal")).SignInEnded,
  freshTokens: async () => ({ id: session.tokens.shift() }),
}));
vi.mock("../api/client", () => ({ API_BASE: "/v1" }));

const tokenOf = (userId: string, word = "") => `h.${btoa(JSON.stringify({ sub: userId }))}.${word}`;
const sent = vi.fn<(path: string, init: RequestInit) => Promise<Response>>();

beforeEach(() => {
  sent.mockReset();
  vi.stubGlobal("fetch", sent);
});
afterEach(() => vi.unstubAllGlobals());

const tokensSent = () =>
  sent.mock.calls.map(([, init]) => (init.headers as Record<string, string>).Authorization);

test("an update goes with the token of its own person", async () => {
  session.tokens = [tokenOf("ada")];
  sent.mockResolvedValue(new Response(null, { status: 204 }));
  expect((await call("ada", "/a", {})).status).toBe(204);
  expect(tokensSent()).toEqual([`Bearer ${tokenOf("ada")}`]);
});

test("an update is not sent with the token of another person, and waits", async () => {
  session.tokens = [tokenOf("bo")];
  expect((await call("ada", "/a", {})).status).toBe(0);
  expect(await callAtLeaving("ada", "/a", {}, tokenOf("bo"))).toBe(false);
  expect(sent).not.toHaveBeenCalled();
});

test("a second attempt is not sent with the token of another person either", async () => {
  session.tokens = [tokenOf("ada"), tokenOf("bo")];
  sent.mockResolvedValue(new Response("{}", { status: 401 }));
  expect((await call("ada", "/a", {})).status).toBe(0);
  expect(tokensSent()).toEqual([`Bearer ${tokenOf("ada")}`]);
});

test("a last update while the page is left goes with the token of its own person", async () => {
  sent.mockResolvedValue(new Response(null, { status: 204 }));
  expect(await callAtLeaving("ada", "/a", {}, tokenOf("ada"))).toBe(true);
});
