// The audit trail of a person or a course, in words. It is read when the administrator asks, since reading is recorded.
import { useState } from "preact/hooks";
import { api, ask, type Schemas } from "../../api/client";
import { useAction } from "../../api/use-action";
import { Button } from "../../parts/button";
import { ProblemNote } from "../../parts/notes";
import { person } from "../../sign-in/session";
import { dateAndTime } from "../../texts/formats";
import { admin } from "./texts";
import { type Names, pseudonymOf, sentenceOf } from "./words";

/** Whose trail it is. */
export type TrailOf = { userId: string } | { courseId: string };

const PAGE_SIZE = 50;

function pageOf(of: TrailOf, cursor?: string): Promise<Schemas["AuditPage"]> {
  const query = { limit: PAGE_SIZE, ...(cursor ? { cursor } : {}) };
  return "userId" in of
    ? ask(api.GET("/users/{userId}/audit", { params: { path: of, query } }))
    : ask(api.GET("/courses/{courseId}/audit", { params: { path: of, query } }));
}

/** The names of people by pseudonym, and of courses. The administrator is marked as such. */
async function namesOf(people: readonly Named[], courses: readonly Named[]): Promise<Names> {
  const me = person.value;
  const own = me ? [{ id: me.userId, name: admin("audit.you", { name: me.email }) }] : [];
  const known = await Promise.all(
    [...people, ...own].map(async (each) => [await pseudonymOf(each.id), each.name] as const),
  );
  return new Map([...known, ...courses.map((each) => [each.id, `“${each.name}”`] as const)]);
}

/** Somebody or something whose name the page knows. */
export interface Named {
  id: string;
  name: string;
}

/** The trail, newest entries first. `people` and `courses` are called by name in it. */
export function Trail(props: { of: TrailOf; people?: readonly Named[]; courses?: readonly Named[] }) {
  const [page, setPage] = useState<Schemas["AuditPage"]>();
  const [names, setNames] = useState<Names>(new Map());
  const read = useAction(async () => {
    const next = await pageOf(props.of, page?.nextCursor);
    setNames(await namesOf(props.people ?? [], props.courses ?? []));
    setPage({ ...next, items: [...(page?.items ?? []), ...next.items] });
  });
  return (
    <div class="stack">
      <h3>{admin("audit.title")}</h3>
      <p class="small">{admin("audit.text")}</p>
      {page?.items.length === 0 && <p>{admin("audit.empty")}</p>}
      {page && page.items.length > 0 && (
        <ol class="trail">
          {page.items.map((each) => (
            <li key={`${each.requestId}${each.at}${each.action}${each.subject}`}>
              <time dateTime={each.at}>{dateAndTime(each.at)}</time>
              <span>
                <bdi>{sentenceOf(each, names)}</bdi>
              </span>
            </li>
          ))}
        </ol>
      )}
      <ProblemNote problem={read.problem} />
      {(!page || page.nextCursor) && (
        <div class="row">
          <Button isBusy={read.isRunning} onPress={() => read.run()}>
            {admin(page ? "audit.more" : "audit.show")}
          </Button>
        </div>
      )}
    </div>
  );
}
