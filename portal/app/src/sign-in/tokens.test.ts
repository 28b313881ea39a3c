import { expect, test } from "vitest";
import { issuedAt, personOf } from "./tokens";

const idToken = (claims: object) => `x.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.y`;

test("the person of a token with letters beyond ASCII", () => {
  const token = idToken({
    sub: "u1",
    email: "zoë@example.com",
    name: "Zoë 東",
    "cognito:groups": ["students"],
  });
  expect(personOf(token)).toEqual({
    userId: "u1",
    email: "zoë@example.com",
    name: "Zoë 東",
    groups: ["students"],
  });
});

test("a person without groups and without a name is known by the e-mail address", () => {
  const token = idToken({ sub: "u1", email: "a@example.com" });
  expect(personOf(token)).toMatchObject({ name: "a@example.com", groups: [] });
});

test("the moment at which a token was made", () => {
  expect(issuedAt(idToken({ iat: 1_700_000_000 }))).toBe(1_700_000_000);
  expect(() => issuedAt(idToken({}))).toThrow(TypeError);
});
