import { beforeAll, expect, test } from "vitest";
import { faultIn } from "../api/explain";
import { loadTexts } from "../texts/translator";
import { type Checked, faultsOf } from "./form-faults";

beforeAll(() => loadTexts());

const GOOD = { valid: true } as ValidityState;

const field = (name: string, wrong: Partial<ValidityState>, more: Partial<Checked> = {}): Checked => ({
  name,
  validity: { ...GOOD, valid: false, ...wrong } as ValidityState,
  ...more,
});

test.each([
  [field("title", { valueMissing: true }), "is needed"],
  [field("capacity", { rangeUnderflow: true }, { min: "1" }), "must be at least 1"],
  [field("capacity", { rangeOverflow: true }, { max: "9" }), "must be at most 9"],
  [field("email", { typeMismatch: true }), "is not a whole e-mail address"],
  [field("opensAt", { badInput: true }), "cannot be used as it is"],
  [field("code", { patternMismatch: true }), "cannot be used as it is"],
])("what the browser finds wrong with a field is told in the words of the page: %#", (each, words) => {
  const faults = faultsOf([each]);
  expect(faults.map(({ field }) => field)).toEqual([each.name]);
  expect(faults.map(faultIn)).toEqual([words]);
});

test("a field without a fault, a button and what has no name are left out, and the order is that of the form", () => {
  const missing = { valueMissing: true };
  const all = [
    { name: "", validity: GOOD },
    field("", missing),
    field("b", missing),
    {},
    field("a", missing),
  ];
  expect(faultsOf([...all, { name: "good", validity: GOOD }]).map(({ field }) => field)).toEqual(["b", "a"]);
});
