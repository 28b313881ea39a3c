// The audit trail of a person or a course, in words. It is read when the administrator asks, since reading is recorded.
import { useState } from "preact/hooks";
import { api, ask, type Schemas } from "../../api/client";
import { useAction } from "../../api/use-action";
import { Button } from "../../parts/button";
import { ProblemNote } from "../../parts/notes";
import { dateAndTime } from "../../texts/formats";
import { admin } from "./texts";
import { sentenceOf } from "./words";

/** Whose trail it is. */
export type TrailOf = { userId: string } | { courseId: string };

const PAGE_SIZE = 50;

function pageOf(of: TrailOf, cursor?: string): Promise<Schemas["AuditPage"]> {
  const query = { limit: PAGE_SIZE, ...(cursor ? { cursor } : {}) };
  return "userId" in of
    ? ask(api.GET("/users/{userId}/audit", { params: { path: of, query } }))
    : ask(api.GET("/courses/{courseId}/audit", { params: { path: of, query } }));
}

/** The trail, newest entries first. */
export function Trail(props: { of: TrailOf }) {
  const [page, setPage] = useState<Schemas["AuditPage"]>();
  const read = useAction(async () => {
    const next = await pageOf(props.of, page?.nextCursor);
    setPage({ ...next, items: [...(page?.items ?? []), ...next.items] });
  });
  return (
    <section class="stack" aria-label={admin("audit.title")}>
      <h3>{admin("audit.title")}</h3>
      <p class="small">{admin("audit.text")}</p>
      {page?.items.length === 0 && <p>{admin("audit.empty")}</p>}
      {page && page.items.length > 0 && (
        <ol class="trail">
          {page.items.map((each) => (
            <li key={`${each.requestId}${each.at}${each.action}`}>
              <time dateTime={each.at}>{dateAndTime(each.at)}</time>
              <span>{sentenceOf(each)}</span>
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
    </section>
  );
}
