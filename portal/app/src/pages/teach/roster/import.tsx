// Import of a class list by paste or file: first *Check*, which changes nothing, then for real.
import { useRef, useState } from "preact/hooks";
import { api, ask, type Schemas } from "../../../api/client";
import { useAction } from "../../../api/use-action";
import { Button } from "../../../parts/button";
import { TextField } from "../../../parts/field";
import { ProblemNote, StatusNote } from "../../../parts/notes";
import { useDraft } from "../draft";
import { teach } from "../texts";
import { ImportResults } from "./import-results";

type Result = Schemas["RosterEnrollResult"];

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
      {props.course.status !== "published" && <p class="note">{teach("import.not-published")}</p>}
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
            setResult(undefined);
            draft.change({ text });
          }}
          problem={problem}
          rows={5}
          isRequired={!file}
        />
        <input
          ref={chooser}
          type="file"
          hidden
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
            onInput={(column) => {
              setResult(undefined);
              draft.change({ column });
            }}
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
      {result && <ImportResults result={result} />}
    </section>
  );
}
