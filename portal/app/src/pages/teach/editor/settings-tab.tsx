// The tab *Settings*: title, summary, seats and dates, and who teaches the course.
import { useRef, useState } from "preact/hooks";
import { api, ask, type Schemas } from "../../../api/client";
import { asProblem } from "../../../api/problem";
import { useAction } from "../../../api/use-action";
import { Button } from "../../../parts/button";
import { TextField } from "../../../parts/field";
import { ProblemNote, StatusNote } from "../../../parts/notes";
import { t } from "../../../texts";
import { useDraft } from "../draft";
import { teach } from "../texts";
import { differences, merged } from "./conflict";
import { Conflict } from "./conflict-panel";
import { type Course, readCourse, type TabProps } from "./course";
import { changesOf, formOf, type SettingsForm } from "./settings";
import { Staff } from "./staff";

const FIELD_NAMES: Record<keyof SettingsForm, Parameters<typeof teach>[0]> = {
  title: "field.title",
  summary: "field.summary",
  seats: "field.seats",
  opensAt: "field.opens",
  closesAt: "field.closes",
};

/** The tab. */
export function SettingsTab(props: TabProps) {
  return (
    <div class="stack">
      <Details {...props} />
      <Staff course={props.course} reload={props.reload} />
    </div>
  );
}

function Details(props: TabProps) {
  const { course } = props;
  const base = useRef(course); // the course as it was when the person began to type
  const draft = useDraft(`settings/${course.courseId}`, formOf(course));
  if (!draft.isChanged) base.current = course;
  const [theirs, setTheirs] = useState<Course>();
  const [said, setSaid] = useState("");
  const form = draft.value;

  const done = (next: Course) => {
    draft.forget();
    setTheirs(undefined);
    base.current = next;
    props.onCourse(next);
    setSaid(teach("settings.saved"));
  };
  const patch = (body: Schemas["CourseUpdate"]) =>
    ask(api.PATCH("/courses/{courseId}", { params: { path: { courseId: course.courseId } }, body }));

  const save = useAction(async () => {
    setSaid("");
    const now = base.current;
    try {
      done(await patch(changesOf(form, now)));
    } catch (error) {
      if (asProblem(error).status !== 409) throw error;
      const other = await readCourse(course.courseId);
      if (other.version === now.version) throw error; // refused for another reason than a change
      if (differences(formOf(now), form, formOf(other)).length > 0) setTheirs(other);
      else done(await patch(changesOf(merged(formOf(now), form, formOf(other)), other)));
    }
  });
  const takeMine = useAction(async (other: Course) => {
    done(await patch(changesOf(merged(formOf(base.current), form, formOf(other)), other)));
  });

  const problem = save.problem ?? takeMine.problem;
  const field = (name: keyof SettingsForm, apiName: string) => ({
    label: teach(FIELD_NAMES[name]),
    name: apiName,
    value: form[name],
    problem,
    onInput: (value: string) => draft.change({ [name]: value }),
  });
  return (
    <form
      class="card form"
      aria-label={teach("settings.title")}
      onSubmit={(event) => {
        event.preventDefault();
        void save.run();
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
      {theirs && (
        <Conflict
          differences={differences(formOf(base.current), form, formOf(theirs)).map((each) => ({
            label: teach(FIELD_NAMES[each.name]),
            mine: each.mine,
            theirs: each.theirs,
          }))}
          isBusy={takeMine.isRunning}
          onMine={() => takeMine.run(theirs)}
          onTheirs={() => done(theirs)}
        />
      )}
      <ProblemNote problem={problem} />
      <div class="row">
        <Button type="submit" look="main" isBusy={save.isRunning}>
          {t("action.save")}
        </Button>
        {draft.isChanged && <Button onPress={draft.forget}>{teach("settings.undo")}</Button>}
      </div>
      <StatusNote>{said}</StatusNote>
    </form>
  );
}

const zoneHint = () => teach("field.zone", { zone: Intl.DateTimeFormat().resolvedOptions().timeZone });
