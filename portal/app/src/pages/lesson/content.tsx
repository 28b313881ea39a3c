// The content of a lesson, by its type. Films, documents and packages bring code of their own, loaded when needed.

import type { Schemas } from "../../api/client";
import { Video } from "./film/video";
import { lazyPart } from "./lazy-part";
import { type Content, contentOf, isFinished, type LessonData, resumeAt } from "./load";

const Article = lazyPart(() => import("./article/article").then((each) => each.Article));
const Pdf = lazyPart(() => import("./document/pdf").then((each) => each.Pdf));
const Package = lazyPart(() => import("./package/package").then((each) => each.Package));

/** The content. */
export function LessonContent(props: {
  courseId: string;
  lessonId: string;
  data: LessonData;
  lesson: Schemas["Lesson"];
  content: Content;
  isTracked: boolean;
  onComplete: () => void;
  onFailure: () => void;
}) {
  const { courseId, lessonId, lesson, content, isTracked, data } = props;
  const renew = () => contentOf(courseId, lessonId);
  const shared = { courseId, lessonId, title: lesson.title, content, isTracked, renew };
  const startAt = resumeAt(data, lessonId);
  switch (lesson.contentType) {
    case "video":
      return <Video {...shared} startAt={startAt} onEnd={props.onComplete} onFailure={props.onFailure} />;
    case "pdf":
      // Who has finished it reads it again from its beginning.
      return <Pdf {...shared} {...placeIn(data, lessonId, startAt)} />;
    case "article":
      return <Article {...shared} />;
    case "interactive":
      return <Package {...shared} onResult={props.onComplete} />;
  }
}

function placeIn(data: LessonData, lessonId: string, startAt: number) {
  const isDone = isFinished(data, lessonId);
  return { isFinished: isDone, startAt: isDone ? 0 : startAt };
}
