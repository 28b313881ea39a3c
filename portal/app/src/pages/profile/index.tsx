// The profile: name and language, second factor, the person's data as a file, and erasing everything.
import { useEffect, useState } from "preact/hooks";
import { api, ask, type Schemas } from "../../api/client";
import { useAction } from "../../api/use-action";
import { useData } from "../../api/use-data";
import { Button } from "../../parts/button";
import { SelectField, TextField } from "../../parts/field";
import { Form } from "../../parts/form";
import { Loading, ProblemNote, Skeleton, StatusNote } from "../../parts/notes";
import { Page } from "../../parts/page";
import { chosenIn, followProfile, isNameless } from "../../sign-in/profile-language";
import { choice } from "../../texts/language";
import { Erasure } from "./erasure";
import { Export } from "./export";
import { languages } from "./languages";
import "./profile.css";
import { SecondFactor } from "./second-factor";
import { t } from "./texts";

/** The page. */
export default function Profile() {
  const loaded = useData("profile", () => ask(api.GET("/profile")));
  return (
    <Page title={t("title")} lead={<bdi>{loaded.data?.email}</bdi>}>
      <ProblemNote problem={loaded.problem} onRetry={loaded.reload} />
      {loaded.isLoading && (
        <Loading>
          <Skeleton lines={5} isCard />
        </Loading>
      )}
      {loaded.data && <Own profile={loaded.data} />}
      <SecondFactor email={loaded.data?.email ?? ""} />
      <Export />
      <Erasure />
    </Page>
  );
}

function Own(props: { profile: Schemas["Profile"] }) {
  const [name, setName] = useState(props.profile.displayName);
  const [locale, setLocale] = useState(chosenIn(props.profile) ?? choice.value.language);
  const [saved, setSaved] = useState("");
  // It may have been changed on another device.
  useEffect(() => void followProfile(props.profile), [props.profile]);
  const save = useAction(async () => {
    setSaved("");
    await followProfile(await ask(api.PATCH("/profile", { body: { displayName: name, locale } })));
    setSaved(t("own.saved"));
  });
  return (
    <section class="card stack">
      <h2>{t("own.title")}</h2>
      <Form class="form" action={save} onSubmit={() => void save.run()}>
        <TextField
          label={t("own.name")}
          name="displayName"
          value={name}
          onInput={setName}
          problem={save.problem}
          hint={isNameless.value ? t("own.name.none") : undefined}
          maxLength={100}
          autoComplete="name"
          isRequired
        />
        <SelectField
          label={t("own.language")}
          name="locale"
          value={locale}
          onInput={setLocale}
          problem={save.problem}
          hint={t("own.language.hint")}
          options={languages(locale)}
        />
        <ProblemNote problem={save.problem} />
        <Button type="submit" look="main" isBusy={save.isRunning}>
          {t("own.save")}
        </Button>
      </Form>
      <StatusNote>{save.problem ? "" : saved}</StatusNote>
      <p class="small">
        {t("own.id")} <code>{props.profile.userId}</code>
      </p>
    </section>
  );
}
