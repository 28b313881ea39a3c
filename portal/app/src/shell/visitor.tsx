// What a visitor sees: what this school offers, or that a page needs a sign-in.

import { useAction } from "../api/use-action";
import { config } from "../config";
import { Button } from "../parts/button";
import { ProblemNote } from "../parts/notes";
import { Page } from "../parts/page";
import { hasEnded, signIn, signUp } from "../sign-in/session";
import { t } from "../texts";
import { anyOf } from "../texts/formats";

function SignUpNote() {
  const { signUp: who, signUpDomains } = config();
  if (who === "invited") return <p class="hint">{t("visitor.invited")}</p>;
  if (who === "domains") return <p class="hint">{t("visitor.domains", { domains: anyOf(signUpDomains) })}</p>;
  return <p class="hint">{t("visitor.anyone")}</p>;
}

function Doors(props: { isKnown?: boolean }) {
  const enter = useAction(() => signIn());
  const join = useAction(() => signUp());
  return (
    <>
      <div class="row">
        <Button look="main" isBusy={enter.isRunning} onPress={() => enter.run()}>
          {t("session.sign-in")}
        </Button>
        {config().signUp !== "invited" && !props.isKnown && (
          <Button isBusy={join.isRunning} onPress={() => join.run()}>
            {t("session.sign-up")}
          </Button>
        )}
      </div>
      <ProblemNote problem={enter.problem ?? join.problem} />
      {!props.isKnown && <SignUpNote />}
    </>
  );
}

/** The first page of a visitor. */
export function Welcome() {
  const { school } = config();
  const offers = [
    ["visitor.learn.title", "visitor.learn.text"],
    ["visitor.progress.title", "visitor.progress.text"],
    ["visitor.devices.title", "visitor.devices.text"],
  ] as const;
  return (
    <Page title={school.name} isWide>
      <div class="hero">
        <p class="hero-text" dir="auto">
          {school.welcome || t("visitor.welcome")}
        </p>
        <Doors />
      </div>
      <ul class="offers">
        {offers.map(([title, text]) => (
          <li key={title} class="card">
            <h2>{t(title)}</h2>
            <p>{t(text)}</p>
          </li>
        ))}
      </ul>
    </Page>
  );
}

/** In place of a page that only people who are signed in can see, and after a sign-in that has ended by itself. */
export function SignInFirst() {
  if (hasEnded.value) {
    return (
      <Page title={t("visitor.ended.title")} lead={t("visitor.ended.text")}>
        <Doors isKnown />
      </Page>
    );
  }
  return (
    <Page title={t("visitor.first.title")} lead={t("visitor.first.text")}>
      <Doors />
    </Page>
  );
}
