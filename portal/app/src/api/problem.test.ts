import { beforeAll, expect, test, vi } from "vitest";
import { SignInEnded } from "../sign-in/renewal";
import { loadTexts } from "../texts/translator";
import { asProblem, Problem, problemOf } from "./problem";

beforeAll(() => loadTexts());

test("a problem document becomes a sentence, the API's detail, the request id and the faults of fields", () => {
  const body = {
    type: "/problems/bad-request",
    detail: "The title is too long.",
    requestId: "r-1",
    errors: [{ field: "title", message: "at most 200 characters" }],
  };
  const problem = problemOf(new Response(null, { status: 400 }), body);
  expect(problem).toMatchObject({ status: 400, detail: body.detail, requestId: "r-1", code: "bad-request" });
  expect(problem.errors).toEqual(body.errors);
});

test("an answer that is no problem document is told without its text", () => {
  const problem = problemOf(new Response(null, { status: 502 }), "<html>stack trace</html>");
  expect(problem.sentence).toMatch(/on our side/);
  expect(problem.detail).toBe("");
});

test("no answer and an ended sign-in are problems of their own", () => {
  expect(asProblem(new TypeError("Failed to fetch"))).toMatchObject({ status: 0, isPassing: true });
  expect(asProblem(new SignInEnded())).toMatchObject({ needsSignIn: true });
});

test.each([
  "Failed to fetch",
  "NetworkError when attempting to fetch resource.",
  "Load failed",
  "error loading dynamically imported module: /assets/pdf.js",
])("a browser that says %j has met no answer", (message) => {
  expect(asProblem(new TypeError(message))).toMatchObject({ status: 0, isPassing: true });
});

test("an error that nobody expected is told in plain words, and its text goes to the console", () => {
  const log = vi.spyOn(console, "error").mockImplementation(() => {});
  const error = new TypeError("Cannot read properties of undefined (reading 'x')");
  expect(asProblem(error)).toMatchObject({ status: 500, detail: "" });
  expect(asProblem(error).sentence).toMatch(/^Something unexpected/);
  expect(log).toHaveBeenCalledWith(error);
});

const refused = (...errors: [string, string][]) =>
  new Problem(
    400,
    "",
    "",
    "",
    "bad-request",
    errors.map(([field, message]) => ({ field, message })),
  );

test("what was said of a field is over when the field is changed, and the rest stays", () => {
  const problem = refused(["title", "is required"], ["capacity", "must be at least 1"]);
  expect(problem.isOver).toBe(false);
  problem.change("title");
  expect(problem.openErrors.map((each) => each.field)).toEqual(["capacity"]);
  expect(problem.isOver).toBe(false);
  problem.change("capacity");
  expect(problem.isOver).toBe(true);
});

test("a comparison of two fields is over when either is changed", () => {
  for (const changed of ["opensAt", "closesAt"]) {
    const problem = refused(["closesAt", "must be later than opensAt"]);
    problem.change(changed);
    expect(problem.openErrors).toEqual([]);
  }
  const other = refused(["closesAt", "must be later than opensAt"]);
  other.change("title");
  expect(other.isOver).toBe(false);
});

test("a wrong entry is over when it is changed; a failure of the school is not", () => {
  const unknown = new Problem(404, "", "", "", "no-such-instructor");
  const failure = new Problem(503, "");
  for (const each of [unknown, failure]) each.change("email");
  expect([unknown.isOver, failure.isOver]).toEqual([true, false]);
});
