// What became of each row of a class list, or would become of it.
import type { Schemas } from "../../../api/client";
import { number } from "../../../texts/formats";
import { teach } from "../texts";
import { failedRows, missingSeats } from "./left-over";

type Result = Schemas["RosterEnrollResult"];
type Row = Result["items"][number];

const SHOWN_ROWS = 500;

/** Each row's result, those that failed first. */
export function ImportResults(props: { course: Schemas["Course"]; result: Result }) {
  const { course, result } = props;
  const missing = missingSeats(course, result);
  const isInvited = (result.counts.invited ?? 0) + (result.counts.already_invited ?? 0) > 0;
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
      {isInvited && <p class="note">{teach("import.invited")}</p>}
      {missing > 0 && <p class="note">{teach("import.seats", { seats: number(course.capacity ?? 0) })}</p>}
      {!result.dryRun && failedRows(result) && <p>{teach("import.left")}</p>}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table scrolls by keyboard only with the focus in it. */}
      <section class="scroll" tabIndex={0} aria-label={teach("import.rows")}>
        <table class="roster">
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
                <td data-label={teach("import.row")}>{number(each.line ?? each.row)}</td>
                <td class="address" data-label={teach("import.address")}>
                  <bdi>{each.email}</bdi>
                </td>
                <td data-label={teach("import.outcome")}>
                  {teach(`outcome.${each.outcome}`)}
                  {each.errorCode && <span class="block fault">{reasonOf(each)}</span>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {rows.length > SHOWN_ROWS && (
        <p class="small">{teach("import.rows.part", { shown: SHOWN_ROWS, total: number(rows.length) })}</p>
      )}
    </section>
  );
}

function reasonOf(row: Row): string | undefined {
  if (row.errorCode === "invalid_email" && !row.email.trim()) return teach("import.error-empty");
  return row.errorCode && teach(`import.error.${row.errorCode}`);
}

const rank = (row: Row) => (row.outcome === "failed" ? 0 : 1);
