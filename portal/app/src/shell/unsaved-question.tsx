// The question whether a page with unsaved work is left.
import { Button } from "../parts/button";
import { Dialog } from "../parts/dialog";
import { t } from "../texts";
import { question } from "./unsaved";

/** The dialog, as long as there is a question. */
export function UnsavedQuestion() {
  const asked = question.value;
  if (!asked) return null;
  return (
    <Dialog
      title={t("unsaved.title")}
      closeLabel={t("unsaved.stay")}
      onClose={() => asked.answer(false)}
      actions={
        <Button look="danger" onPress={() => asked.answer(true)}>
          {t("unsaved.leave")}
        </Button>
      }
    >
      <p>{asked.text}</p>
    </Dialog>
  );
}
