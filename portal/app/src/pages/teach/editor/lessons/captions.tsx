// The captions of a film: the languages that it has, adding one, and what was refused.
import { useRef, useState } from "preact/hooks";
import { api, ask, type Schemas } from "../../../../api/client";
import { useAction } from "../../../../api/use-action";
import { Button } from "../../../../parts/button";
import { SelectField, TextField } from "../../../../parts/field";
import { ProblemNote, StatusNote } from "../../../../parts/notes";
import { languageName } from "../../../../texts/formats";
import { Refusal } from "../../refusal";
import { teach } from "../../texts";
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
    const wanted = language === OTHER ? code.trim() : language;
    const form = await ask(
      api.PUT("/courses/{courseId}/lessons/{lessonId}/captions/{language}", {
        ...path(wanted),
        body: file.size ? { sizeBytes: file.size } : {},
      }),
    );
    await sendForm(form, file, new AbortController().signal, () => {});
    setSaid(await outcome(props.reload, lesson.lessonId, wanted));
    setLanguage("");
    setCode("");
  });
  const remove = useAction(async (each: string) => {
    await ask(api.DELETE("/courses/{courseId}/lessons/{lessonId}/captions/{language}", path(each)));
    await props.reload();
    setSaid(teach("captions.removed"));
  });
  return (
    <details class="stack">
      <summary>{teach("captions.title", { count: lesson.captions?.length ?? 0 })}</summary>
      <ul class="stack">
        {(lesson.captions ?? []).map((each) => (
          <li key={each.language} class="row row-spread">
            <span>
              <bdi>{each.label}</bdi> <span class="small">({each.language})</span>
            </span>
            <Button isBusy={remove.isRunning} onPress={() => remove.run(each.language)}>
              {teach("captions.remove")}
            </Button>
          </li>
        ))}
      </ul>
      {(lesson.refusedCaptions ?? []).map((each) => (
        <div key={each.language} class="note note-problem" role="alert">
          <p class="note-title">{languageName(each.language)}</p>
          <Refusal code={each.code} detail={each.detail} />
        </div>
      ))}
      <form
        class="form"
        aria-label={teach("captions.add")}
        onSubmit={(event) => {
          event.preventDefault();
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
            ...captionLanguages((lesson.captions ?? []).map((each) => each.language)),
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
      </form>
      <ProblemNote problem={add.problem ?? remove.problem} />
      <StatusNote>{said}</StatusNote>
    </details>
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
