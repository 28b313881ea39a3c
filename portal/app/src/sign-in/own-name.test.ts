import { expect, test } from "vitest";
import { nameFor } from "./own-name";

const profile = (displayName: string) => ({
  userId: "u1",
  email: "ada@school.example",
  displayName,
  locale: "en",
  createdAt: "2027-01-01T00:00:00Z",
  updatedAt: "2027-01-02T00:00:00Z",
});

test("packages get the name that the person has given", () => {
  expect(nameFor(profile("Ada Lovelace"))).toBe("Ada Lovelace");
});

test("they get nothing of the address, and no name that the platform has made up", () => {
  expect(nameFor(profile("ada@school.example"))).toBe("");
  expect(nameFor(profile("Ada"))).toBe("");
  expect(nameFor(profile("New member"))).toBe("");
});
