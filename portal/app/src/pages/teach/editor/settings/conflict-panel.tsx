// Somebody else changed the course: shows both versions, and asks which one stays.
import { useEffect, useRef } from "preact/hooks";
import { Button } from "../../../../parts/button";
import type { Draft } from "../../draft";
import { teach } from "../../texts";
import { differences, mineBeside } from "./conflict";

/** The names of a form's fields. */
export type FieldNames<T> = Record<keyof T & string, Parameters<typeof teach>[0]>;

/** Takes their values where both have changed something, and says so; what only I have typed stays in the form. */
export function takeTheirs<T extends object>(draft: Draft<T>, theirs: T): string {
  const kept = mineBeside(draft.base, draft.value, theirs);
  draft.rebase(theirs, kept);
  return teach(Object.keys(kept).length > 0 ? "conflict.taken.rest" : "conflict.taken");
}

/** The panel. It takes the focus, since the person has to decide before anything is saved. */
export function Conflict<T extends object>(props: {
  base: T;
  mine: T;
  theirs: T;
  names: FieldNames<T>;
  /** A value as the comparison shows it. */
  shown: (name: keyof T & string, value: T[keyof T]) => string;
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
            {differences(props.base, props.mine, props.theirs).map(({ name, mine, theirs }) => (
              <tr key={name}>
                <th scope="row">{teach(props.names[name])}</th>
                <td>
                  <bdi>{props.shown(name, mine) || teach("conflict.empty")}</bdi>
                </td>
                <td>
                  <bdi>{props.shown(name, theirs) || teach("conflict.empty")}</bdi>
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
