// The tab *Roster*: who is enrolled and how far, with search, removal, import and export.
import { useState } from "preact/hooks";
import { api, ask, type Schemas } from "../../../api/client";
import { useAction } from "../../../api/use-action";
import { useData } from "../../../api/use-data";
import { Button } from "../../../parts/button";
import { Dialog } from "../../../parts/dialog";
import { TextField } from "../../../parts/field";
import { Empty, Loading, ProblemNote, Skeleton, StatusNote } from "../../../parts/notes";
import { Progress } from "../../../parts/progress";
import { day, number } from "../../../texts/formats";
import { teach } from "../texts";
import { exportRoster } from "./export";
import { ImportPanel } from "./import";
import { matches } from "./search";

type Entry = Schemas["RosterEntry"];
type RosterPage = Schemas["RosterPage"];

const PAGE_SIZE = 100;

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
  const found = useData(`roster/${courseId}`, () => pageOf(courseId));
  const [words, setWords] = useState("");
  const [leaving, setLeaving] = useState<Entry>();
  const [said, setSaid] = useState("");
  const more = useAction(async () => {
    const before = found.data;
    if (!before?.nextCursor) return;
    const next = await pageOf(courseId, before.nextCursor);
    found.set({ ...next, items: [...before.items, ...next.items] });
  });
  const save = useAction(async () => exportRoster(courseId, props.course.title));
  const remove = useAction(async (entry: Entry) => {
    await ask(
      api.DELETE("/courses/{courseId}/roster/{userId}", {
        params: { path: { courseId, userId: entry.userId } },
      }),
    );
    if (found.data)
      found.set({ ...found.data, items: found.data.items.filter((each) => each.userId !== entry.userId) });
    setLeaving(undefined);
    setSaid(teach("roster.removed", { name: nameOf(entry) }));
  });
  const items = found.data?.items.filter((each) => matches(each, words));
  return (
    <div class="stack">
      <ImportPanel course={props.course} onImported={found.reload} />
      <section class="stack">
        <div class="row row-spread">
          <h2>{teach("roster.title")}</h2>
          <Button isBusy={save.isRunning} onPress={() => save.run()}>
            {teach("roster.export")}
          </Button>
        </div>
        <ProblemNote problem={save.problem} />
        <StatusNote>{said}</StatusNote>
        <ProblemNote problem={found.problem} onRetry={found.reload} />
        {found.isLoading && (
          <Loading>
            <Skeleton lines={6} />
          </Loading>
        )}
        {found.data?.items.length === 0 && (
          <Empty title={teach("roster.empty.title")} text={teach("roster.empty.text")} />
        )}
        {items && found.data && found.data.items.length > 0 && (
          <>
            <search>
              <TextField
                label={teach("roster.search")}
                name="words"
                type="search"
                hint={found.data.nextCursor ? teach("roster.search.part") : undefined}
                value={words}
                onInput={setWords}
              />
            </search>
            <p role="status" class="small">
              {teach("roster.count", { count: items.length })}
            </p>
            <Table entries={items} onRemove={setLeaving} />
          </>
        )}
        <ProblemNote problem={more.problem} onRetry={() => more.run()} />
        {found.data?.nextCursor && (
          <div class="row">
            <Button isBusy={more.isRunning} onPress={() => more.run()}>
              {teach("roster.more")}
            </Button>
          </div>
        )}
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

const nameOf = (entry: Entry) => entry.displayName || entry.email || entry.userId;

function Table(props: { entries: readonly Entry[]; onRemove: (entry: Entry) => void }) {
  return (
    <section class="scroll" aria-label={teach("roster.title")}>
      <table>
        <thead>
          <tr>
            <th scope="col">{teach("roster.name")}</th>
            <th scope="col">{teach("roster.progress")}</th>
            <th scope="col">{teach("roster.score")}</th>
            <th scope="col">{teach("roster.activity")}</th>
            <th scope="col">
              <span class="unseen">{teach("roster.actions")}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {props.entries.map((each) => (
            <tr key={each.userId}>
              <th scope="row" id={`student-${each.userId}`}>
                <bdi>{nameOf(each)}</bdi>
                {each.displayName && each.email && (
                  <span class="small block">
                    <bdi>{each.email}</bdi>
                  </span>
                )}
              </th>
              <td class="roster-progress">
                <Progress
                  value={each.completionPercentage}
                  label={teach("roster.progress.of", { name: nameOf(each) })}
                />
              </td>
              <td>{each.score === undefined ? "–" : number(Math.round(each.score))}</td>
              <td>{each.lastActivityAt ? day(each.lastActivityAt) : "–"}</td>
              <td>
                <Button describedBy={`student-${each.userId}`} onPress={() => props.onRemove(each)}>
                  {teach("roster.remove")}
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
