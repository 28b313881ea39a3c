// The second factor: a code by an authenticator app (TOTP, RFC 6238). It is set up and turned off at Cognito itself.
import { useState } from "preact/hooks";
import { asProblem, Problem } from "../../api/problem";
import { useAction } from "../../api/use-action";
import { useData } from "../../api/use-data";
import { config } from "../../config";
import { Button } from "../../parts/button";
import { Dialog } from "../../parts/dialog";
import { TextField } from "../../parts/field";
import { Form } from "../../parts/form";
import { Loading, ProblemNote, Skeleton, StatusNote } from "../../parts/notes";
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

function refusal(error: unknown, failed: string): Problem {
  if (!(error instanceof IdentityRefusal)) return asProblem(error);
  const { code, requestId } = error;
  if (!WRONG_CODE.has(code)) return new Problem(400, failed, "", requestId, code);
  const message = t("factor.wrong");
  return new Problem(400, message, "", "", code, [{ field: "code", message, isOwnWords: true }]);
}

async function identity<T>(operation: string, body: object, failed = t("factor.failed")): Promise<T> {
  const { access } = await freshTokens();
  try {
    return await callIdentity<T>(operation, { AccessToken: access, ...body });
  } catch (error) {
    throw refusal(error, failed);
  }
}

async function isFactorOn(): Promise<boolean> {
  const user = await identity<{ UserMFASettingList?: string[] }>("GetUser", {}, t("factor.unknown"));
  return user.UserMFASettingList?.includes("SOFTWARE_TOKEN_MFA") ?? false;
}

/** The section of the profile. */
export function SecondFactor(props: { email: string }) {
  const loaded = useData("second-factor", isFactorOn);
  const [done, setDone] = useState("");
  return (
    <section class="card stack">
      <h2>{t("factor.title")}</h2>
      <p>{t("factor.text")}</p>
      <ProblemNote problem={loaded.problem} onRetry={loaded.reload} />
      {loaded.isLoading && (
        <Loading>
          <Skeleton lines={1} />
        </Loading>
      )}
      {loaded.data !== undefined && (
        <Choices
          email={props.email}
          isOn={loaded.data}
          isJustDone={done !== ""}
          onChange={(isOn) => {
            setDone(t(isOn ? "factor.done" : "factor.off.done"));
            loaded.set(isOn);
          }}
        />
      )}
      <StatusNote>{done}</StatusNote>
    </section>
  );
}

/** What can be done in the present state. Who has the second factor already can give it to another app. */
function Choices(props: {
  email: string;
  isOn: boolean;
  isJustDone: boolean;
  onChange: (isOn: boolean) => void;
}) {
  const [secret, setSecret] = useState("");
  const [isAsking, setAsking] = useState(false);
  const begin = useAction(async () => {
    setSecret((await identity<{ SecretCode: string }>("AssociateSoftwareToken", {})).SecretCode);
  });
  const change = (isOn: boolean) => {
    setSecret("");
    setAsking(false);
    props.onChange(isOn);
  };
  if (secret) return <Setup email={props.email} secret={secret} onDone={() => change(true)} />;
  return (
    <>
      {props.isOn && !props.isJustDone && <p>{t("factor.on")}</p>}
      <ProblemNote problem={begin.problem} />
      <div class="row">
        <Button isBusy={begin.isRunning} onPress={() => begin.run()}>
          {t(props.isOn ? "factor.again" : "factor.begin")}
        </Button>
        {props.isOn && <Button onPress={() => setAsking(true)}>{t("factor.off")}</Button>}
      </div>
      {isAsking && <OffQuestion onClose={() => setAsking(false)} onDone={() => change(false)} />}
    </>
  );
}

function Setup(props: { email: string; secret: string; onDone: () => void }) {
  const [code, setCode] = useState("");
  const confirm = useAction(async () => {
    await identity("VerifySoftwareToken", { UserCode: code.replace(/\s/g, "") });
    await identity("SetUserMFAPreference", {
      SoftwareTokenMfaSettings: { Enabled: true, PreferredMfa: true },
    });
    props.onDone();
  });
  return (
    <Form class="form" action={confirm} onSubmit={() => void confirm.run()}>
      <p>{t("factor.scan")}</p>
      <QrCode text={totpAddress(config().school.name, props.email, props.secret)} label={t("factor.qr")} />
      <p class="small">
        {t("factor.key")} <span class="key">{props.secret}</span>
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
      <ProblemNote problem={confirm.problem} />
      <Button type="submit" look="main" isBusy={confirm.isRunning}>
        {t("factor.confirm")}
      </Button>
    </Form>
  );
}

function OffQuestion(props: { onClose: () => void; onDone: () => void }) {
  const turnOff = useAction(async () => {
    const off = { Enabled: false, PreferredMfa: false };
    await identity("SetUserMFAPreference", { SoftwareTokenMfaSettings: off }, t("factor.off.failed"));
    props.onDone();
  });
  return (
    <Dialog
      title={t("factor.off.question")}
      onClose={props.onClose}
      actions={
        <Button look="danger" isBusy={turnOff.isRunning} onPress={() => turnOff.run()}>
          {t("factor.off")}
        </Button>
      }
    >
      <p>{t("factor.off.text")}</p>
      <ProblemNote problem={turnOff.problem} />
    </Dialog>
  );
}
