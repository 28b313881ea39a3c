// A form in a card that is saved or given up.
import type { ComponentChildren } from "preact";
import type { Action } from "../api/use-action";
import { t } from "../texts";
import { Button } from "./button";
import { Form } from "./form";
import { ProblemNote } from "./notes";

/**
 * The form. `label` is its name for assistive technology; `onCancel` gives it up. While it is held, for example by a
 * question, it cannot be saved.
 */
export function EditForm(props: {
  label: string;
  save: Action<[]>;
  isHeld?: boolean;
  onCancel: () => void;
  children: ComponentChildren;
}) {
  return (
    <Form
      class="card form"
      label={props.label}
      action={props.save}
      onSubmit={() => {
        if (!props.isHeld) void props.save.run();
      }}
    >
      {props.children}
      <ProblemNote problem={props.save.problem} />
      <div class="row">
        <Button type="submit" look="main" isBusy={props.save.isRunning} isDisabled={props.isHeld === true}>
          {t("action.save")}
        </Button>
        <Button onPress={props.onCancel}>{t("action.cancel")}</Button>
      </div>
    </Form>
  );
}
