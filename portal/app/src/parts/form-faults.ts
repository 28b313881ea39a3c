// What the browser finds wrong with the fields of a form. Rules without a page.
import type { FieldFault } from "../api/problem";

/** What of an element of a form is looked at; buttons have no `min`, and a group has no `validity`. */
export interface Checked {
  name?: string;
  validity?: ValidityState;
  min?: string;
  max?: string;
}

/** The faults in the order of the form, in the API's own words, which `faultIn` translates. */
export function faultsOf(elements: Iterable<Checked>): FieldFault[] {
  return [...elements].flatMap(({ name, validity, min, max }) =>
    name && validity && !validity.valid ? [{ field: name, message: messageOf(validity, min, max) }] : [],
  );
}

function messageOf(validity: ValidityState, min?: string, max?: string): string {
  if (validity.valueMissing) return "is required";
  if (validity.rangeUnderflow) return `must be at least ${min}`;
  if (validity.rangeOverflow) return `must be at most ${max}`;
  return "is not valid";
}
