// Import of a class list by paste or file: first *Check*, which changes nothing, then for real.
import { useRef, useState } from "preact/hooks";
import { api, ask, type Schemas } from "../../../api/client";
import { readsApi } from "../../../api/explain";
import { useAction } from "../../../api/use-action";
import { Button } from "../../../parts/button";
import { TextField } from "../../../parts/field";
import { ProblemNote, StatusNote } from "../../../parts/notes";
import { number } from "../../../texts/formats";
import { useDraft } from "../draft";
import { teach } from "../texts";

type Result = Schemas["RosterEnrollResult"];
type Row = Result["items"][number];

const SHOWN_ROWS = 500;

/** The panel. What is typed stays until it is imported, also over a reload. */
export function ImportPanel(props: { course: Schemas["Course"]; onImported: () => void }) {
  const { courseId } = props.course;
  const draft = useDraft(`import/${courseId}`, { text: "", column: "" });
  const chooser = useRef<HTMLInputElement>(null);
  const [file, setFile] = useState<File>();
  const [result, setResult] = useState<Result>();
  const [said, setSaid] = useState("");
  const send = async (dryRun: boolean): Promise<Result> => {
    const query = {
      ...(dryRun ? { dryRun } : {}),
      ...(draft.value.column ? { addressColumn: Number(draft.value.column) } : {}),
    };
    // A file goes as it is: the API finds out how it is encoded.
    const table = file ?? new Blob([draft.value.text]);
    return ask(
      api.POST("/courses/{courseId}/roster", {
        params: { path: { courseId }, query },
        headers: { "Content-Type": "text/csv" },
        body: table as unknown as string,
        bodySerializer: (body) => body as unknown as BodyInit,
      }),
    );
  };
  const check = useAction(async () => {
    setSaid("");
    setResult(undefined);
    setResult(await send(true));
  });
  const run = useAction(async () => {
    setSaid("");
    const done = await send(false);
    setResult(done);
    setSaid(teach("import.done", { count: done.items.filter((each) => each.outcome !== "failed").length }));
    setFile(undefined);
    draft.forget();
    props.onImported();
  });
  const problem = check.problem ?? run.problem;
  return (
    <section class="card stack">
      <h2>{teach("import.title")}</h2>
      <p class="small">{teach("import.text")}</p>
      <form
        class="stack"
        aria-label={teach("import.title")}
        onSubmit={(event) => {
          event.preventDefault();
          run.clear();
          void check.run();
        }}
      >
        <TextField
          label={teach("import.addresses")}
          name="emails"
          hint={file ? teach("import.file.chosen", { name: file.name }) : teach("import.addresses.hint")}
          value={draft.value.text}
          onInput={(text) => {
            setFile(undefined);
            draft.change({ text });
          }}
          problem={problem}
          rows={5}
          isRequired={!file}
        />
        <input
          ref={chooser}
          class="unseen"
          type="file"
          tabIndex={-1}
          aria-label={teach("import.file")}
          accept=".csv,.txt,.tsv,text/csv,text/plain"
          onChange={(event) => {
            setFile(event.currentTarget.files?.[0]);
            setResult(undefined);
            event.currentTarget.value = "";
          }}
        />
        {(problem?.errors.some((each) => each.field === "addressColumn") || draft.value.column) && (
          <TextField
            label={teach("import.column")}
            name="addressColumn"
            type="number"
            min={1}
            hint={teach("import.column.hint")}
            value={draft.value.column}
            onInput={(column) => draft.change({ column })}
            problem={problem}
          />
        )}
        <div class="row">
          <Button onPress={() => chooser.current?.click()}>{teach("import.file")}</Button>
          <Button type="submit" isBusy={check.isRunning}>
            {teach("import.check")}
          </Button>
          <Button
            look="main"
            isBusy={run.isRunning}
            isDisabled={!file && !draft.value.text.trim()}
            onPress={() => {
              check.clear();
              void run.run();
            }}
          >
            {teach("import.run")}
          </Button>
        </div>
      </form>
      <ProblemNote problem={problem} />
      <StatusNote>{said}</StatusNote>
      {result && <Results result={result} />}
    </section>
  );
}

/** Each row's result, those that failed first. */
function Results(props: { result: Result }) {
  const { result } = props;
  const column = result.table?.addressColumn;
  const rows = [...result.items].sort((a, b) => rank(a) - rank(b) || a.row - b.row);
  return (
    <section class="stack" aria-label={teach("import.results")}>
      <h3>{teach(result.dryRun ? "import.results.check" : "import.results")}</h3>
      {column && (
        <p>
          {column.name
            ? teach("import.column.named", { number: column.number, name: column.name })
            : teach("import.column.used", { number: column.number })}
        </p>
      )}
      <ul class="row">
        {Object.entries(result.counts).map(([outcome, count]) => (
          <li key={outcome} class={outcome === "failed" ? "badge" : "badge badge-good"}>
            {teach(`outcome.${outcome as Row["outcome"]}`)}: {number(count)}
          </li>
        ))}
      </ul>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">{teach("import.row")}</th>
              <th scope="col">{teach("import.address")}</th>
              <th scope="col">{teach("import.outcome")}</th>
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, SHOWN_ROWS).map((each) => (
              <tr key={each.row}>
                <td>{number(each.line ?? each.row)}</td>
                <td>
                  <bdi>{each.email}</bdi>
                </td>
                <td>
                  {teach(`outcome.${each.outcome}`)}
                  {each.errorMessage && <span class="block fault">{reasonOf(each)}</span>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

const reasonOf = (row: Row): string | undefined =>
  readsApi() || !row.errorCode ? row.errorMessage : teach(`import.error.${row.errorCode}`);

const rank = (row: Row) => (row.outcome === "failed" ? 0 : 1);
