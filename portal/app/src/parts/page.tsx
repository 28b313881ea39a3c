// A page: its title in the window, its one heading, and the focus on the heading after navigation.
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { config } from "../config";
import { plain } from "../texts/formats";

let isFirst = true;

/** One page. `title` may change while its data are loaded; the focus moves once, when the page appears. */
export function Page(props: {
  title: string;
  /** A line above the heading, for example a link to where the page belongs. */
  above?: ComponentChildren;
  /** A line below the heading. */
  lead?: ComponentChildren;
  /** What stands beside the heading. */
  actions?: ComponentChildren;
  isWide?: boolean;
  children?: ComponentChildren;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const { name } = config().school;
    document.title = plain(props.title === name ? name : `${props.title} · ${name}`);
  }, [props.title]);
  useEffect(() => {
    // The browser itself begins at the top of a page that it has loaded.
    if (!isFirst) heading.current?.focus({ preventScroll: true });
    isFirst = false;
  }, []);
  return (
    <div class={props.isWide ? "page page-wide" : "page"}>
      <header class="page-head">
        {props.above && <p class="page-above">{props.above}</p>}
        <div class="page-title">
          <h1 ref={heading} tabIndex={-1}>
            <bdi>{props.title}</bdi>
          </h1>
          {props.actions && <div class="row">{props.actions}</div>}
        </div>
        {props.lead && <p class="lead">{props.lead}</p>}
      </header>
      {props.children}
    </div>
  );
}
