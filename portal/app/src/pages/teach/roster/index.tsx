// The tab *Roster*: who is enrolled and how far, with search, removal, import and export.
import { useEffect, useState } from "preact/hooks";
import { api, ask, type Schemas } from "../../../api/client";
import { useAction } from "../../../api/use-action";
import { usePages } from "../../../api/use-pages";
import { Button } from "../../../parts/button";
import { Dialog } from "../../../parts/dialog";
import { TextField } from "../../../parts/field";
import { Empty, Loading, ProblemNote, Skeleton, StatusNote } from "../../../parts/notes";
import { More } from "../../../parts/paged-cards";
import { teach } from "../texts";
import { exportRoster } from "./export";
import { ImportPanel } from "./import";
import { matches } from "./search";
import { nameOf, RosterTable } from "./table";

type Entry = Schemas["RosterEntry"];
type RosterPage = Schemas["RosterPage"];

const PAGE_SIZE = 100;
/** A search reads the list up to here by itself: a teacher looks for one of a whole school, not of a university. */
const SEARCHED = 2_000;

function pageOf(courseId: string, cursor?: string): Promise<RosterPage> {
  const query = { limit: PAGE_SIZE, ...(cursor ? { cursor } : {}) };
  return ask(
    api.GET("/courses/{courseId}/roster", { params: { path: { courseId }, query } }) as Promise<{
      data?: RosterPage;
      response: Response;
    }>,
  );
}

/** The tab. One call shows it. */
export function RosterTab(props: { course: Schemas["Course"] }) {
  const { courseId } = props.course;
  const pages = usePages(`roster/${courseId}`, (cursor) => pageOf(courseId, cursor));
  const [words, setWords] = useState("");
  const [leaving, setLeaving] = useState<Entry>();
  const [said, setSaid] = useState("");
  const save = useAction(async () => exportRoster(courseId, props.course.title));
  const remove = useAction(async (entry: Entry) => {
    await ask(
      api.DELETE("/courses/{courseId}/roster/{userId}", {
        params: { path: { courseId, userId: entry.userId } },
      }),
    );
    pages.setItems((newest) => newest.filter((each) => each.userId !== entry.userId));
    setLeaving(undefined);
    setSaid(teach("roster.removed", { name: nameOf(entry) }));
  });
  const canReadOn = pages.hasMore && !pages.moreProblem && (pages.items?.length ?? 0) < SEARCHED;
  useEffect(() => {
    if (words.trim() && canReadOn && !pages.isLoadingMore) pages.more();
  });
  const items = pages.items?.filter((each) => matches(each, words));
  return (
    <div class="stack">
      <ImportPanel course={props.course} onImported={pages.reload} />
      <section class="stack">
        <div class="row row-spread">
          <h2>{teach("roster.title")}</h2>
          <Button describedBy="roster-export" isBusy={save.isRunning} onPress={() => save.run()}>
            {teach("roster.export")}
          </Button>
        </div>
        <p class="small" id="roster-export">
          {teach("roster.export.hint")}
        </p>
        <ProblemNote problem={save.problem} />
        <StatusNote>{said}</StatusNote>
        <ProblemNote problem={pages.problem} onRetry={pages.reload} />
        {pages.isLoading && (
          <Loading>
            <Skeleton lines={6} />
          </Loading>
        )}
        {pages.items?.length === 0 && (
          <Empty title={teach("roster.empty.title")} text={teach("roster.empty.text")} />
        )}
        {items && pages.items && pages.items.length > 0 && (
          <>
            <search>
              <TextField
                label={teach("roster.search")}
                name="words"
                type="search"
                hint={pages.hasMore && !canReadOn ? teach("roster.search.part") : undefined}
                value={words}
                onInput={setWords}
              />
            </search>
            <Count of={items.length} isFound={words.trim() !== ""} />
            <RosterTable entries={items} onRemove={setLeaving} />
          </>
        )}
        <More pages={pages} label={teach("roster.more")} />
      </section>
      {leaving && (
        <Dialog
          title={teach("roster.remove.title", { name: nameOf(leaving) })}
          onClose={() => setLeaving(undefined)}
          actions={
            <Button look="danger" isBusy={remove.isRunning} onPress={() => remove.run(leaving)}>
              {teach("roster.remove")}
            </Button>
          }
        >
          <p>{teach("roster.remove.text")}</p>
          <ProblemNote problem={remove.problem} />
        </Dialog>
      )}
    </div>
  );
}

/** How many students are shown. It is read aloud only while a search changes it. */
function Count(props: { of: number; isFound: boolean }) {
  const text = teach("roster.count", { count: props.of });
  return (
    <>
      {!props.isFound && <p class="small">{text}</p>}
      <p role="status" class={props.isFound ? "small" : "note-empty"}>
        {props.isFound && text}
      </p>
    </>
  );
}
