// Import of a class list by paste or file: first *Check*, which changes nothing, then for real.
import { useRef, useState } from "preact/hooks";
import { api, ask, type Schemas } from "../../../api/client";
import { useAction } from "../../../api/use-action";
import { Button } from "../../../parts/button";
import { TextField } from "../../../parts/field";
import { Form } from "../../../parts/form";
import { ProblemNote, StatusNote } from "../../../parts/notes";
import { useDraft } from "../draft";
import { readCourse } from "../editor/course";
import { teach } from "../texts";
import { refuseEmpty } from "../upload/kinds";
import { aboutList } from "./faults";
import { ImportResults } from "./import-results";
import { failedRows } from "./left-over";
import { tableOf } from "./pasted";

type Course = Schemas["Course"];
type Result = Schemas["RosterEnrollResult"];

/** The panel. What is typed stays until it is imported, also over a reload. */
export function ImportPanel(props: { course: Course; onImported: () => void }) {
  const { courseId } = props.course;
  const draft = useDraft(`import/${courseId}`, { text: "", column: "" });
  const chooser = useRef<HTMLInputElement>(null);
  const [file, setFile] = useState<File>();
  const [result, setResult] = useState<{ course: Course; is: Result }>();
  const [said, setSaid] = useState("");
  const send = async (dryRun: boolean): Promise<Result> => {
    const query = {
      ...(dryRun ? { dryRun } : {}),
      ...(draft.value.column ? { addressColumn: Number(draft.value.column) } : {}),
    };
    // A file goes as it is: the API finds out how it is encoded.
    if (file) refuseEmpty(file);
    const table = file ?? new Blob([tableOf(draft.value)]);
    try {
      return await ask(
        api.POST("/courses/{courseId}/roster", {
          params: { path: { courseId }, query },
          headers: { "Content-Type": "text/csv" },
          body: table as unknown as string,
          bodySerializer: (body) => body as unknown as BodyInit,
        }),
      );
    } catch (error) {
      throw aboutList(error);
    }
  };
  const check = useAction(async () => {
    setSaid("");
    setResult(undefined);
    const course = await withSeats(props.course);
    setResult({ course, is: await send(true) });
  });
  const run = useAction(async () => {
    setSaid("");
    const course = await withSeats(props.course);
    const done = await send(false);
    setResult({ course, is: done });
    setSaid(teach("import.done", { count: done.items.filter((each) => each.outcome !== "failed").length }));
    setFile(undefined);
    draft.forget();
    const text = failedRows(done);
    if (text) draft.change({ text, column: "" });
    props.onImported();
  });
  const problem = check.problem ?? run.problem;
  return (
    <section class="card stack">
      <h2>{teach("import.title")}</h2>
      <p class="small">{teach("import.text")}</p>
      {props.course.status !== "published" && <p class="note">{teach("import.not-published")}</p>}
      <Form
        class="stack"
        label={teach("import.title")}
        action={check}
        onSubmit={() => {
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
            // What became of an import stays beside the rows that are mended.
            setResult((before) => (before?.is.dryRun ? undefined : before));
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
      </Form>
      <ProblemNote problem={problem} />
      <StatusNote>{said}</StatusNote>
      {result && <ImportResults course={result.course} result={result.is} />}
    </section>
  );
}

/** The course with the seats that are taken now; only where they have a limit. */
const withSeats = (course: Course): Promise<Course> | Course =>
  course.capacity ? readCourse(course.courseId) : course;
