// Courses for administrators: those of erased owners, and any course by its address.
import { useState } from "preact/hooks";
import { api, ask, type Schemas } from "../../api/client";
import { asProblem, Problem } from "../../api/problem";
import { useAction } from "../../api/use-action";
import { usePages } from "../../api/use-pages";
import { Button } from "../../parts/button";
import { TextField } from "../../parts/field";
import { Form } from "../../parts/form";
import { Loading, ProblemNote, Skeleton } from "../../parts/notes";
import { More } from "../../parts/paged-cards";
import { t } from "../../texts";
import { Trail } from "./audit";
import { admin } from "./texts";

const PAGE_SIZE = 50;
const ERASED = "erased"; // what the API calls the owner of a course whose owner was erased

/** The id of a course, as typed or as a part of its address. */
export const courseIdIn = (text: string): string => /courses\/([^/?#\s]+)/.exec(text)?.[1] ?? text.trim();

interface Found {
  course: Schemas["Course"];
  staff: Schemas["StaffList"]["items"];
}

const ID = /^[A-Za-z0-9_-]{1,64}$/; // as api/openapi.yaml has it

async function find(courseId: string): Promise<Found> {
  if (!ID.test(courseId)) throw new Problem(400, admin("courses.no-address"));
  try {
    return await read(courseId);
  } catch (error) {
    throw asProblem(error).status === 404 ? new Problem(404, admin("courses.none")) : error;
  }
}

async function read(courseId: string): Promise<Found> {
  const path = { params: { path: { courseId } } };
  const [course, staff] = await Promise.all([
    ask(api.GET("/courses/{courseId}", path)),
    ask(api.GET("/courses/{courseId}/staff", path)),
  ]);
  return { course, staff: staff.items };
}

/** The section. Nothing is read before the administrator asks for it. */
export function Courses() {
  const [typed, setTyped] = useState("");
  const [found, setFound] = useState<Found>();
  const look = useAction(async () => {
    setFound(undefined);
    setFound(await find(courseIdIn(typed)));
  });
  return (
    <section class="card stack">
      <h2>{admin("courses.title")}</h2>
      <p class="small">{admin("courses.text")}</p>
      <CoursesOf owner={ERASED} label={admin("courses.erased")} empty={admin("courses.erased.none")} />
      <Form class="search" label={admin("courses.title")} action={look} onSubmit={() => void look.run()}>
        <TextField
          label={admin("courses.course")}
          name="courseId"
          hint={admin("courses.course.hint")}
          value={typed}
          onInput={setTyped}
          problem={look.problem}
          isRequired
        />
        <Button type="submit" isBusy={look.isRunning}>
          {admin("courses.show")}
        </Button>
      </Form>
      <ProblemNote problem={look.problem} />
      {found && <FoundCourse key={found.course.courseId} {...found} />}
    </section>
  );
}

function FoundCourse(props: Found) {
  const { course, staff } = props;
  const owner = staff.find((each) => each.isOwner);
  const people = staff.flatMap((each) =>
    each.displayName ? [{ id: each.userId, name: each.displayName }] : [],
  );
  return (
    <>
      <h3>
        <a href={`/teach/courses/${course.courseId}`}>
          <bdi>{course.title}</bdi>
        </a>
      </h3>
      <p>
        {admin("courses.owner")} <bdi>{owner?.displayName || owner?.email || admin("courses.nobody")}</bdi>
      </p>
      <Trail of={{ courseId: course.courseId }} people={people} courses={[named(course)]} />
    </>
  );
}

const named = (course: { courseId: string; title: string }) => ({ id: course.courseId, name: course.title });

/** A button that lists the courses of a person, drafts included. */
export function CoursesOf(props: { owner: string; label: string; empty: string }) {
  const [isShown, setShown] = useState(false);
  if (isShown) return <CourseLinks {...props} />;
  return (
    <div class="row">
      <Button onPress={() => setShown(true)}>{props.label}</Button>
    </div>
  );
}

function CourseLinks(props: { owner: string; label: string; empty: string }) {
  const { owner } = props;
  const pages = usePages(`courses-of/${owner}`, (cursor) => {
    const query = { owner, limit: PAGE_SIZE, ...(cursor ? { cursor } : {}) };
    return ask(api.GET("/courses", { params: { query } }));
  });
  return (
    <section class="stack" aria-label={props.label}>
      <h3>{props.label}</h3>
      <ProblemNote problem={pages.problem} onRetry={pages.reload} />
      {pages.isLoading && (
        <Loading>
          <Skeleton lines={3} />
        </Loading>
      )}
      {pages.items?.length === 0 && <p role="status">{props.empty}</p>}
      <ul class="stack">
        {pages.items?.map((each) => (
          <li key={each.courseId} class="row">
            <a href={`/teach/courses/${each.courseId}`}>
              <bdi>{each.title}</bdi>
            </a>
            <span class="badge">{admin(`status.${each.status}`)}</span>
          </li>
        ))}
      </ul>
      <More pages={pages} label={t("catalogue.more")} />
    </section>
  );
}
