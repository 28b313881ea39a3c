// The person's data as one file.
import { useState } from "preact/hooks";
import { api, ask, type Schemas } from "../../api/client";
import { useAction } from "../../api/use-action";
import { Button } from "../../parts/button";
import { ProblemNote, StatusNote } from "../../parts/notes";
import { saveFile } from "../../parts/save-file";
import { t } from "./texts";

type ExportPage = Schemas["ProfileExport"];

/** All pages of the export. Lists of a person with very much progress come in several. */
async function pages(): Promise<ExportPage[]> {
  const all: ExportPage[] = [];
  let cursor: string | undefined;
  do {
    const page: ExportPage = await ask(
      api.GET("/profile/export", { params: { query: cursor ? { cursor } : {} } }),
    );
    all.push(page);
    cursor = page.nextCursor;
  } while (cursor);
  return all;
}

const fileOf = (content: unknown): Blob =>
  new Blob([JSON.stringify(content, null, 2)], { type: "application/json" });

/** The section of the profile. */
export function Export() {
  const [isDone, setDone] = useState(false);
  const run = useAction(async () => {
    setDone(false);
    const all = await pages();
    saveFile(t("export.file"), fileOf(all.length === 1 ? all[0] : all));
    setDone(true);
  });
  return (
    <section class="card stack">
      <h2>{t("export.title")}</h2>
      <p>{t("export.text")}</p>
      <ProblemNote problem={run.problem} onRetry={() => run.run()} />
      <div class="row">
        <Button isBusy={run.isRunning} onPress={() => run.run()}>
          {t("export.button")}
        </Button>
      </div>
      <StatusNote>{isDone ? t("export.done") : ""}</StatusNote>
    </section>
  );
}
