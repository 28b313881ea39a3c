// A form whose fields are checked before it is sent.
import type { ComponentChildren } from "preact";
import { Problem } from "../api/problem";
import type { Action } from "../api/use-action";
import { t } from "../texts";
import { type Checked, faultsOf } from "./form-faults";

/**
 * The form. What its fields lack becomes the problem of `action`, like a refusal of the API. The browser's own bubbles
 * are no alert, are gone after a moment, and are in the browser's language, so the form does without them.
 */
export function Form(props: {
  action: Pick<Action<never[]>, "refuse">;
  onSubmit: () => void;
  class: string;
  /** The name for assistive technology. */
  label?: string;
  children: ComponentChildren;
}) {
  return (
    <form
      class={props.class}
      aria-label={props.label}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        const faults = faultsOf(event.currentTarget.elements as unknown as Iterable<Checked>);
        if (faults.length === 0) return props.onSubmit();
        props.action.refuse(new Problem(400, t("problem.form"), "", "", "bad-request", faults));
      }}
    >
      {props.children}
    </form>
  );
}
