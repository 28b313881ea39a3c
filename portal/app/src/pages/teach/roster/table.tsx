// The enrolled students: how far each is, and taking one out.
import type { Schemas } from "../../../api/client";
import { Button } from "../../../parts/button";
import { Progress } from "../../../parts/progress";
import { day, number } from "../../../texts/formats";
import { teach } from "../texts";

type Entry = Schemas["RosterEntry"];

/** How a student is called: by name, else by address, else by id. */
export const nameOf = (entry: Entry) => entry.displayName || entry.email || entry.userId;

/** Whether a student has opened a lesson. The enrolment itself counts as the first activity. */
export const hasBegun = (entry: Entry): boolean =>
  entry.completionPercentage > 0 || Date.parse(entry.lastActivityAt ?? "") !== Date.parse(entry.enrolledAt);

/** The table. On a narrow screen each row becomes a card. */
export function RosterTable(props: { entries: readonly Entry[]; onRemove: (entry: Entry) => void }) {
  return (
    <section class="scroll" aria-label={teach("roster.title")}>
      <table class="roster">
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
                <bdi>{nameOf(each)}</bdi>{" "}
                {each.status === "completed" && (
                  <span class="badge badge-good">{teach("roster.completed")}</span>
                )}
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
              <td data-label={teach("roster.score")}>
                {each.score === undefined ? "–" : number(Math.round(each.score))}
              </td>
              <td data-label={teach("roster.activity")}>
                {hasBegun(each) && each.lastActivityAt ? day(each.lastActivityAt) : teach("roster.not-begun")}
              </td>
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
