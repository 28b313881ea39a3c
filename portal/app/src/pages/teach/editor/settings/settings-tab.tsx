// The tab *Settings*: title, summary, seats and dates, and who teaches the course.
import { useState } from "preact/hooks";
import { api, ask } from "../../../../api/client";
import { asProblem } from "../../../../api/problem";
import { useAction } from "../../../../api/use-action";
import { Button } from "../../../../parts/button";
import { TextField } from "../../../../parts/field";
import { Form } from "../../../../parts/form";
import { ProblemNote, StatusNote } from "../../../../parts/notes";
import { t } from "../../../../texts";
import { dateAndTime } from "../../../../texts/formats";
import { useDraft } from "../../draft";
import { teach } from "../../texts";
import { type Course, readCourse, type TabProps } from "../course";
import { differences, merged } from "./conflict";
import { Conflict, type FieldNames, takeTheirs } from "./conflict-panel";
import { changesOf, formOf, isPast, momentOf, type SettingsForm } from "./settings";
import { Staff } from "./staff";

const FIELD_NAMES: FieldNames<SettingsForm> = {
  title: "field.title",
  summary: "field.summary",
  seats: "field.seats",
  opensAt: "field.opens",
  closesAt: "field.closes",
};

/** The name of the form's draft. */
export const settingsDraft = (courseId: string): string => `settings/${courseId}`;

/** The tab. */
export function SettingsTab(props: TabProps) {
  return (
    <div class="stack settings">
      <Details {...props} />
      <Staff course={props.course} />
    </div>
  );
}

function Details(props: TabProps) {
  const { course } = props;
  const draft = useDraft(settingsDraft(course.courseId), { ...formOf(course), version: course.version });
  const [theirs, setTheirs] = useState<Course>();
  const [said, setSaid] = useState("");
  const { version: _, ...form } = draft.value;
  const { version, ...base } = draft.base;

  const done = (next: Course) => {
    draft.forget();
    setTheirs(undefined);
    props.onCourse(next);
  };
  const patch = async (wanted: SettingsForm, before: SettingsForm, to: number) => {
    const path = { courseId: course.courseId };
    const body = { ...changesOf(wanted, before), version: to };
    done(await ask(api.PATCH("/courses/{courseId}", { params: { path }, body })));
    setSaid(teach("settings.saved"));
  };
  const patchOver = (other: Course) => patch(merged(base, form, formOf(other)), formOf(other), other.version);

  /** Saves, and finds out what somebody else has changed if that is refused. */
  const orCompare = async (known: number, work: () => Promise<void>) => {
    setSaid("");
    try {
      await work();
    } catch (error) {
      if (asProblem(error).status !== 409) throw error;
      const other = await readCourse(course.courseId);
      if (other.version === known) throw error; // refused for another reason than a change
      if (differences(base, form, formOf(other)).length > 0) setTheirs(other);
      else await patchOver(other);
    }
  };
  const save = useAction(() => orCompare(version, () => patch(form, base, version)));
  const takeMine = useAction((other: Course) => orCompare(other.version, () => patchOver(other)));
  const take = (other: Course) => {
    setSaid(takeTheirs(draft, { ...formOf(other), version: other.version }));
    setTheirs(undefined);
    props.onCourse(other);
  };

  const problem = save.problem ?? takeMine.problem;
  const field = (name: keyof SettingsForm, apiName: string) => ({
    label: teach(FIELD_NAMES[name]),
    name: apiName,
    value: form[name],
    problem,
    onInput: (value: string) => draft.change({ [name]: value }),
  });
  return (
    <Form
      class="card form"
      label={teach("settings.title")}
      action={save}
      onSubmit={() => {
        if (!theirs) void save.run();
      }}
    >
      <h2>{teach("settings.title")}</h2>
      <TextField {...field("title", "title")} maxLength={200} isRequired />
      <TextField
        {...field("summary", "summary")}
        hint={teach("field.summary.hint")}
        maxLength={2000}
        rows={5}
      />
      <TextField {...field("seats", "capacity")} hint={teach("field.seats.hint")} type="number" min={1} />
      <TextField {...field("opensAt", "opensAt")} hint={zoneHint()} type="datetime-local" />
      <TextField {...field("closesAt", "closesAt")} hint={zoneHint()} type="datetime-local" />
      {isPast(form.closesAt) && <p class="note">{teach("settings.closed")}</p>}
      {theirs && (
        <Conflict
          base={base}
          mine={form}
          theirs={formOf(theirs)}
          names={FIELD_NAMES}
          shown={shown}
          isBusy={takeMine.isRunning}
          onMine={() => takeMine.run(theirs)}
          onTheirs={() => take(theirs)}
        />
      )}
      <ProblemNote problem={problem} />
      <div class="row">
        <Button type="submit" look="main" isBusy={save.isRunning} isDisabled={theirs !== undefined}>
          {t("action.save")}
        </Button>
        {draft.isChanged && <Button onPress={draft.forget}>{teach("settings.undo")}</Button>}
      </div>
      <StatusNote>{problem ? "" : said}</StatusNote>
    </Form>
  );
}

/** A value as the comparison shows it. */
function shown(name: keyof SettingsForm, value: string): string {
  return (name === "opensAt" || name === "closesAt") && value ? dateAndTime(momentOf(value) ?? "") : value;
}

const zoneHint = () => teach("field.zone", { zone: Intl.DateTimeFormat().resolvedOptions().timeZone });
