// The captions of a film: the languages that it has, adding one, and what was refused.
import { useRef, useState } from "preact/hooks";
import { api, ask, type Schemas } from "../../../../api/client";
import { useAction } from "../../../../api/use-action";
import { Button } from "../../../../parts/button";
import { SelectField, TextField } from "../../../../parts/field";
import { Form } from "../../../../parts/form";
import { ProblemNote, StatusNote } from "../../../../parts/notes";
import { languageName } from "../../../../texts/formats";
import { Refusal } from "../../refusal";
import { teach } from "../../texts";
import { refuseEmpty } from "../../upload/kinds";
import { sendForm } from "../../upload/send";
import type { Course } from "../course";
import { captionLanguages, OTHER } from "./caption-languages";

const POLL_MS = 1_500;
const POLLS = 20;

/** The panel of one film. */
export function CaptionsPanel(props: {
  courseId: string;
  lesson: Schemas["Lesson"];
  reload: () => Promise<Course>;
}) {
  const { courseId, lesson } = props;
  const chooser = useRef<HTMLInputElement>(null);
  const [language, setLanguage] = useState("");
  const [code, setCode] = useState("");
  const [said, setSaid] = useState("");
  const path = (each: string) => ({
    params: { path: { courseId, lessonId: lesson.lessonId, language: each } },
  });
  const add = useAction(async (file: File) => {
    setSaid("");
    refuseEmpty(file);
    const wanted = language === OTHER ? code.trim() : language;
    const form = await ask(
      api.PUT("/courses/{courseId}/lessons/{lessonId}/captions/{language}", {
        ...path(wanted),
        body: { sizeBytes: file.size },
      }),
    );
    await sendForm(form, file, new AbortController().signal, () => {});
    setSaid(await outcome(props.reload, lesson.lessonId, wanted));
    setLanguage("");
    setCode("");
  });
  const remove = useAction(async (each: string, done: string) => {
    await ask(api.DELETE("/courses/{courseId}/lessons/{lessonId}/captions/{language}", path(each)));
    await props.reload();
    setSaid(done);
  });
  const present = lesson.captions ?? [];
  const isThere = (each: string) => present.some((one) => one.language === each);
  return (
    <details>
      <summary>
        {present.length > 0 ? teach("captions.title", { count: present.length }) : teach("captions.none")}
      </summary>
      <div class="stack">
        {present.length > 0 && (
          <ul class="stack">
            {present.map((each) => (
              <li key={each.language} class="row row-spread">
                <Language {...each} lessonId={lesson.lessonId} />
                <Button
                  isBusy={remove.isRunning}
                  describedBy={`captions-${lesson.lessonId}-${each.language}`}
                  onPress={() => remove.run(each.language, teach("captions.removed"))}
                >
                  {teach("captions.remove")}
                </Button>
              </li>
            ))}
          </ul>
        )}
        {(lesson.refusedCaptions ?? []).map((each) => (
          <div key={each.language} class="note note-problem" role="alert">
            <p class="note-title">{teach("captions.refused", { language: languageName(each.language) })}</p>
            <Refusal code={each.code} detail={each.detail} />
            {isThere(each.language) ? (
              <p>{teach("captions.refused.before")}</p>
            ) : (
              <Button isBusy={remove.isRunning} onPress={() => remove.run(each.language, "")}>
                {teach("captions.refused.dismiss")}
              </Button>
            )}
          </div>
        ))}
        <Form
          class="form"
          label={teach("captions.add")}
          action={add}
          onSubmit={() => {
            add.clear();
            chooser.current?.click();
          }}
        >
          <SelectField
            label={teach("captions.language")}
            name="language"
            hint={teach("captions.language.hint")}
            value={language}
            onInput={setLanguage}
            problem={add.problem}
            isRequired
            options={[
              { value: "", label: "" },
              ...captionLanguages(present.map((each) => each.language)),
              { value: OTHER, label: teach("captions.language.another") },
            ]}
          />
          {language === OTHER && (
            <TextField
              label={teach("captions.language.code")}
              name="code"
              hint={teach("captions.language.code.hint")}
              value={code}
              onInput={setCode}
              problem={add.problem}
              pattern="[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*"
              isRequired
            />
          )}
          <input
            ref={chooser}
            type="file"
            hidden
            aria-label={teach("captions.file")}
            accept=".vtt,.srt,text/vtt"
            onChange={(event) => {
              const file = event.currentTarget.files?.[0];
              event.currentTarget.value = "";
              if (file) void add.run(file);
            }}
          />
          <Button type="submit" isBusy={add.isRunning}>
            {teach("captions.add")}
          </Button>
        </Form>
        <ProblemNote problem={add.problem ?? remove.problem} />
        <StatusNote>{add.problem ? "" : said}</StatusNote>
      </div>
    </details>
  );
}

/** A language by its name in the language of the page, and by the name that students see if that is another one. */
function Language(props: { lessonId: string; language: string; label: string }) {
  const name = languageName(props.language);
  return (
    <span id={`captions-${props.lessonId}-${props.language}`}>
      <bdi>{name}</bdi>{" "}
      {props.label !== name && (
        <span class="small">
          <bdi>{props.label}</bdi>
        </span>
      )}
    </span>
  );
}

/** Waits until the captions are listed or refused; the sentence that tells the first. */
async function outcome(reload: () => Promise<Course>, lessonId: string, language: string): Promise<string> {
  const is = (each: { language: string }) => each.language.toLowerCase() === language.toLowerCase();
  for (let poll = 0; poll < POLLS; poll++) {
    await new Promise((done) => setTimeout(done, POLL_MS));
    const lesson = (await reload()).lessons.find((each) => each.lessonId === lessonId);
    if (lesson?.refusedCaptions?.some(is)) return "";
    if (lesson?.captions?.some(is)) return teach("captions.added");
  }
  return teach("upload.late");
}
