// The lessons of a course, by section: their type, what is done, and links to those that can be opened.
import type { Schemas } from "../../api/client";
import { t } from "../../texts";
import { percent } from "../../texts/formats";
import { isReady, type Section, sectionsOf } from "./outline";

const SYMBOLS = { video: "▶\uFE0E", pdf: "▤", article: "¶", interactive: "◆" } as const;

/** The list. Without `canOpen` the titles are no links; `current` is the lesson that is open. */
export function LessonList(props: {
  course: Schemas["Course"];
  completed: readonly string[];
  /** The best scores of packages, by lesson. */
  results?: Schemas["Progress"]["results"];
  canOpen: boolean;
  current?: string;
}) {
  const done = new Set(props.completed);
  return (
    <div class="outline">
      {sectionsOf(props.course.lessons).map((section, at) => (
        <section key={`${at}/${section.name}`}>
          {section.name && (
            <h3>
              <bdi>{section.name}</bdi>
            </h3>
          )}
          <ol>
            {section.lessons.map((lesson) => (
              <LessonRow
                key={lesson.lessonId}
                lesson={lesson}
                href={
                  props.canOpen && isReady(lesson)
                    ? `/courses/${props.course.courseId}/lessons/${lesson.lessonId}`
                    : undefined
                }
                score={props.results?.[lesson.lessonId]?.score}
                isDone={done.has(lesson.lessonId)}
                isCurrent={lesson.lessonId === props.current}
              />
            ))}
          </ol>
        </section>
      ))}
    </div>
  );
}

function LessonRow(props: {
  lesson: Section["lessons"][number];
  href: string | undefined;
  score: number | undefined;
  isDone: boolean;
  isCurrent: boolean;
}) {
  const { lesson } = props;
  // In an element of its own: as a part of the grid, the title would stand where its own direction begins.
  const title = (
    <span>
      <bdi>{lesson.title}</bdi>
    </span>
  );
  return (
    <li class={props.isCurrent ? "outline-row outline-current" : "outline-row"}>
      <span class={props.isDone ? "mark mark-done" : "mark"} aria-hidden="true">
        {props.isDone ? "✓" : SYMBOLS[lesson.contentType]}
      </span>
      <span class="outline-title">
        {props.href ? (
          <a href={props.href} aria-current={props.isCurrent ? "page" : undefined}>
            {title}
          </a>
        ) : (
          title
        )}
        <span class="small">
          {t(`type.${lesson.contentType}`)}
          {lesson.required === false && ` · ${t("course.optional")}`}
          {props.score !== undefined && ` · ${t("course.score", { score: percent(props.score) })}`}
          {!isReady(lesson) && ` · ${t("course.not-ready")}`}
        </span>
      </span>
      {props.isDone && <span class="badge badge-good">{t("course.done")}</span>}
    </li>
  );
}
