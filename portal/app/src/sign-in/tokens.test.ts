import { expect, test } from "vitest";
import { issuedAt, personOf } from "./tokens";

const idToken = (claims: object) => `x.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.y`;

test("the person of a token with letters beyond ASCII", () => {
  const token = idToken({
    sub: "u1",
    email: "zoë@example.com",
    "cognito:groups": ["students"],
  });
  expect(personOf(token)).toEqual({
    userId: "u1",
    email: "zoë@example.com",
    groups: ["students"],
  });
});

test("a person without groups is in none", () => {
  expect(personOf(idToken({ sub: "u1", email: "a@example.com" })).groups).toEqual([]);
});

test("the moment at which a token was made", () => {
  expect(issuedAt(idToken({ iat: 1_700_000_000 }))).toBe(1_700_000_000);
  expect(() => issuedAt(idToken({}))).toThrow(TypeError);
});
