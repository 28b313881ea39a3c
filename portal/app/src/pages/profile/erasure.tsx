// Erasing the account, after a warning and with the e-mail address typed in.

import { useState } from "preact/hooks";
import { useLocation } from "preact-iso/router";
import { api, ask } from "../../api/client";
import { useAction } from "../../api/use-action";
import { Button } from "../../parts/button";
import { Dialog } from "../../parts/dialog";
import { TextField } from "../../parts/field";
import { ProblemNote } from "../../parts/notes";
import { forget } from "../../progress/outbox";
import { forgetSignIn, person } from "../../sign-in/session";
import { t } from "./texts";

/** The section of the profile. */
export function Erasure() {
  const [isAsking, setAsking] = useState(false);
  return (
    <section class="card stack">
      <h2>{t("erase.title")}</h2>
      <p>{t("erase.text")}</p>
      <div class="row">
        <Button look="danger" onPress={() => setAsking(true)}>
          {t("erase.button")}
        </Button>
      </div>
      {isAsking && <Question onClose={() => setAsking(false)} />}
    </section>
  );
}

function Question(props: { onClose: () => void }) {
  const { route } = useLocation();
  const [typed, setTyped] = useState("");
  const who = person.value;
  const email = who?.email ?? "";
  const erase = useAction(async () => {
    await ask(api.DELETE("/profile"));
    if (who) await forget(who.userId);
    forgetSignIn();
    route("/", true);
  });
  const isSure = typed.trim().toLowerCase() === email.toLowerCase();
  return (
    <Dialog
      title={t("erase.warning")}
      onClose={props.onClose}
      actions={
        <Button look="danger" isDisabled={!isSure} isBusy={erase.isRunning} onPress={() => erase.run()}>
          {t("erase.button")}
        </Button>
      }
    >
      <p>{t("erase.text")}</p>
      <TextField
        label={t("erase.field")}
        name="email"
        value={typed}
        onInput={setTyped}
        hint={t("erase.confirm", { email })}
      />
      <ProblemNote problem={erase.problem} />
    </Dialog>
  );
}
