// The form of a lesson: its title, kind, section, and who has to take it.
import { api, ask, type Schemas } from "../../../../api/client";
import { useAction } from "../../../../api/use-action";
import { EditForm } from "../../../../parts/edit-form";
import { CheckField, SelectField, TextField } from "../../../../parts/field";
import { t } from "../../../../texts";
import { useDraft } from "../../draft";
import { teach } from "../../texts";
import { lastPosition, lessonIdOf } from "./order";

type Lesson = Schemas["Lesson"];

const KINDS = ["video", "pdf", "article", "interactive"] as const;

/** The name of a lesson's draft; without `lessonId` of a new one. */
export const lessonDraft = (courseId: string, lessonId = ""): string => `lesson/${courseId}/${lessonId}`;

/** The form; `lesson` is absent for a new one. `onSaved` gets the id of the saved lesson. */
export function LessonForm(props: {
  course: Schemas["Course"];
  lesson?: Lesson;
  onSaved: (lessonId: string) => void;
  onCancel: () => void;
}) {
  const { course, lesson } = props;
  const draft = useDraft(lessonDraft(course.courseId, lesson?.lessonId), {
    title: lesson?.title ?? "",
    section: lesson?.section ?? course.lessons.at(-1)?.section ?? "",
    contentType: lesson?.contentType ?? ("video" as Lesson["contentType"]),
    required: lesson?.required ?? true,
    premium: lesson?.premium ?? true,
    needsStorage: lesson?.needsStorage ?? false,
  });
  const form = draft.value;
  const save = useAction(async () => {
    const taken = new Set(course.lessons.map((each) => each.lessonId));
    const lessonId = lesson?.lessonId ?? lessonIdOf(form.title, taken);
    const { section, ...rest } = form;
    await ask(
      api.PUT("/courses/{courseId}/lessons/{lessonId}", {
        params: { path: { courseId: course.courseId, lessonId } },
        body: {
          ...rest,
          title: form.title.trim(),
          needsStorage: form.needsStorage && form.contentType === "interactive",
          ...(section.trim() ? { section: section.trim() } : {}),
          position: lesson?.position ?? lastPosition(course.lessons),
        },
      }),
    );
    draft.forget();
    props.onSaved(lessonId);
  });
  return (
    <EditForm
      label={lesson ? teach("lesson.edit") : teach("lesson.add")}
      save={save}
      onCancel={() => {
        draft.forget();
        props.onCancel();
      }}
    >
      <TextField
        label={teach("field.title")}
        name="title"
        value={form.title}
        onInput={(title) => draft.change({ title })}
        problem={save.problem}
        maxLength={200}
        isRequired
        isFirst
      />
      <SelectField
        label={teach("lesson.kind")}
        name="contentType"
        hint={teach(`lesson.kind.${form.contentType}`)}
        value={form.contentType}
        onInput={(kind) => draft.change({ contentType: kind as Lesson["contentType"] })}
        problem={save.problem}
        options={KINDS.map((kind) => ({ value: kind, label: t(`type.${kind}`) }))}
      />
      <TextField
        label={teach("lesson.section")}
        name="section"
        hint={teach("lesson.section.hint")}
        value={form.section}
        onInput={(section) => draft.change({ section })}
        problem={save.problem}
        maxLength={200}
      />
      <CheckField
        label={teach("lesson.required")}
        name="required"
        isOn={form.required}
        onInput={(required) => draft.change({ required })}
      />
      <CheckField
        label={teach("lesson.premium")}
        name="premium"
        isOn={form.premium}
        onInput={(premium) => draft.change({ premium })}
      />
      {form.contentType === "interactive" && (
        <CheckField
          label={teach("lesson.needsStorage")}
          name="needsStorage"
          hint={teach("lesson.needsStorage.hint")}
          isOn={form.needsStorage}
          onInput={(needsStorage) => draft.change({ needsStorage })}
        />
      )}
    </EditForm>
  );
}
