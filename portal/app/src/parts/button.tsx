// Buttons: they say that they are busy, and stay in the order of the keyboard meanwhile.
import type { ComponentChildren } from "preact";

/** A button. While `isBusy` it does nothing more, but keeps the focus. */
export function Button(props: {
  children: ComponentChildren;
  onPress?: () => void;
  look?: "main" | "plain" | "danger" | "quiet";
  type?: "button" | "submit";
  isBusy?: boolean;
  isDisabled?: boolean;
  id?: string;
  /** The id of an element that says more, for example the title of the course. */
  describedBy?: string | undefined;
}) {
  return (
    <button
      id={props.id}
      type={props.type ?? "button"}
      class={`button button-${props.look ?? "plain"}`}
      disabled={props.isDisabled}
      aria-disabled={props.isBusy ? "true" : undefined}
      aria-busy={props.isBusy ? "true" : undefined}
      aria-describedby={props.describedBy}
      onClick={(event) => {
        if (props.isBusy) event.preventDefault();
        else props.onPress?.();
      }}
    >
      {props.isBusy && <span class="spinner" aria-hidden="true" />}
      {props.children}
    </button>
  );
}
