// Somebody else changed the course: shows both versions, and asks which one stays.
import { useEffect, useRef } from "preact/hooks";
import { Button } from "../../../../parts/button";
import { teach } from "../../texts";

/** The panel. It takes the focus, since the person has to decide before anything is saved. */
export function Conflict(props: {
  differences: readonly { label: string; mine: string; theirs: string }[];
  isBusy: boolean;
  onMine: () => void;
  onTheirs: () => void;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <section class="note note-problem" role="alert">
      <h3 ref={heading} tabIndex={-1}>
        {teach("conflict.title")}
      </h3>
      <p>{teach("conflict.text")}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table scrolls by keyboard only with the focus in it. */}
      <section class="scroll" tabIndex={0} aria-label={teach("conflict.both")}>
        <table>
          <thead>
            <tr>
              <th scope="col">{teach("conflict.field")}</th>
              <th scope="col">{teach("conflict.mine")}</th>
              <th scope="col">{teach("conflict.theirs")}</th>
            </tr>
          </thead>
          <tbody>
            {props.differences.map((each) => (
              <tr key={each.label}>
                <th scope="row">{each.label}</th>
                <td>
                  <bdi>{each.mine || teach("conflict.empty")}</bdi>
                </td>
                <td>
                  <bdi>{each.theirs || teach("conflict.empty")}</bdi>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <div class="row">
        <Button isBusy={props.isBusy} onPress={props.onMine}>
          {teach("conflict.take-mine")}
        </Button>
        <Button onPress={props.onTheirs}>{teach("conflict.take-theirs")}</Button>
      </div>
    </section>
  );
}
