// A question that has to be answered before the page goes on.
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { t } from "../texts";
import { Button } from "./button";

/** A dialog that is open as long as it is drawn. Escape and *Cancel* call `onClose`; the focus goes back by itself. */
export function Dialog(props: {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
  /** The buttons beside *Cancel*. */
  actions?: ComponentChildren;
  closeLabel?: string;
}) {
  const id = useId();
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    element.current?.showModal();
    return () => before?.focus?.();
  }, []);
  return (
    <dialog
      ref={element}
      class="dialog"
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        props.onClose();
      }}
    >
      <h2 id={id}>{props.title}</h2>
      {props.children}
      <div class="row row-end">
        <Button onPress={props.onClose}>{props.closeLabel ?? t("action.cancel")}</Button>
        {props.actions}
      </div>
    </dialog>
  );
}
