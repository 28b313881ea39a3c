// Setting up the second factor: a code by an authenticator app (TOTP, RFC 6238), at Cognito itself.
import { useState } from "preact/hooks";
import { asProblem, Problem } from "../../api/problem";
import { useAction } from "../../api/use-action";
import { config } from "../../config";
import { Button } from "../../parts/button";
import { TextField } from "../../parts/field";
import { ProblemNote, StatusNote } from "../../parts/notes";
import { callIdentity, IdentityRefusal } from "../../sign-in/identity";
import { freshTokens } from "../../sign-in/session";
import { QrCode } from "./qr-code";
import { t } from "./texts";
import { totpAddress } from "./totp-address";

const WRONG_CODE = new Set([
  "EnableSoftwareTokenMFAException",
  "CodeMismatchException",
  "InvalidParameterException",
]);

function refusal(error: unknown): Problem {
  if (!(error instanceof IdentityRefusal)) return asProblem(error);
  const { code, requestId } = error;
  if (!WRONG_CODE.has(code)) return new Problem(400, t("factor.failed"), "", requestId, code);
  const message = t("factor.wrong");
  return new Problem(400, message, "", "", code, [{ field: "code", message, isOwnWords: true }]);
}

async function identity<T>(operation: string, body: object): Promise<T> {
  const { access } = await freshTokens();
  try {
    return await callIdentity<T>(operation, { AccessToken: access, ...body });
  } catch (error) {
    throw refusal(error);
  }
}

/** The section of the profile. */
export function SecondFactor(props: { email: string }) {
  const [secret, setSecret] = useState("");
  const [code, setCode] = useState("");
  const [isOn, setOn] = useState(false);
  const begin = useAction(async () => {
    setSecret((await identity<{ SecretCode: string }>("AssociateSoftwareToken", {})).SecretCode);
  });
  const confirm = useAction(async () => {
    await identity("VerifySoftwareToken", { UserCode: code.replace(/\s/g, "") });
    await identity("SetUserMFAPreference", {
      SoftwareTokenMfaSettings: { Enabled: true, PreferredMfa: true },
    });
    setSecret("");
    setCode("");
    setOn(true);
  });
  return (
    <section class="card stack">
      <h2>{t("factor.title")}</h2>
      <p>{t("factor.text")}</p>
      <ProblemNote problem={begin.problem} />
      {!secret && !isOn && (
        <div class="row">
          <Button isBusy={begin.isRunning} onPress={() => begin.run()}>
            {t("factor.begin")}
          </Button>
        </div>
      )}
      {secret && (
        <form
          class="form"
          onSubmit={(event) => {
            event.preventDefault();
            void confirm.run();
          }}
        >
          <p>{t("factor.scan")}</p>
          <QrCode text={totpAddress(config().school.name, props.email, secret)} label={t("factor.qr")} />
          <p class="small">
            {t("factor.key")} <span class="key">{secret}</span>
          </p>
          <TextField
            label={t("factor.code")}
            name="code"
            value={code}
            onInput={setCode}
            hint={t("factor.code.hint")}
            problem={confirm.problem}
            inputMode="numeric"
            autoComplete="one-time-code"
            isRequired
          />
          {confirm.problem && confirm.problem.errors.length === 0 && (
            <ProblemNote problem={confirm.problem} />
          )}
          <Button type="submit" look="main" isBusy={confirm.isRunning}>
            {t("factor.confirm")}
          </Button>
        </form>
      )}
      <StatusNote>{isOn ? t("factor.done") : ""}</StatusNote>
    </section>
  );
}
