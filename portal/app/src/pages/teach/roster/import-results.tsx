// What became of each row of a class list, or would become of it.
import type { Schemas } from "../../../api/client";
import { readsApi } from "../../../api/explain";
import { number } from "../../../texts/formats";
import { teach } from "../texts";

type Result = Schemas["RosterEnrollResult"];
type Row = Result["items"][number];

const SHOWN_ROWS = 500;

/** Each row's result, those that failed first. */
export function ImportResults(props: { result: Result }) {
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
      {rows.length > SHOWN_ROWS && (
        <p class="small">{teach("import.rows.part", { shown: SHOWN_ROWS, total: number(rows.length) })}</p>
      )}
    </section>
  );
}

const reasonOf = (row: Row): string | undefined =>
  readsApi() || !row.errorCode ? row.errorMessage : teach(`import.error.${row.errorCode}`);

const rank = (row: Row) => (row.outcome === "failed" ? 0 : 1);
