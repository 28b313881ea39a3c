// The fields of a lesson's form: between what the API stores and what the form shows. Rules without a page.
import type { Schemas } from "../../../../api/client";

type Lesson = Schemas["Lesson"];

/** What the form holds. */
export interface LessonFields {
  title: string;
  section: string;
  contentType: Lesson["contentType"];
  required: boolean;
  premium: boolean;
  needsStorage: boolean;
}

/** The fields of a lesson. */
export const fieldsOf = (lesson: Lesson): LessonFields => ({
  title: lesson.title,
  section: lesson.section ?? "",
  contentType: lesson.contentType,
  required: lesson.required ?? true,
  premium: lesson.premium,
  needsStorage: lesson.needsStorage ?? false,
});

/** The fields of a new lesson, in the section of the last one. */
export const newFields = (section = ""): LessonFields => ({
  title: "",
  section,
  contentType: "video",
  required: true,
  premium: true,
  needsStorage: false,
});

/** What the API gets. */
export function bodyOf(fields: LessonFields, position: number): Schemas["LessonPut"] {
  const { section, ...rest } = fields;
  return {
    ...rest,
    title: fields.title.trim(),
    needsStorage: fields.needsStorage && fields.contentType === "interactive",
    ...(section.trim() ? { section: section.trim() } : {}),
    position,
  };
}
