// A list of cards that is loaded page by page, with what stands there while it is loaded and while it is empty.
import type { ComponentChildren } from "preact";
import type { Pages } from "../api/use-pages";
import { t } from "../texts";
import { Button } from "./button";
import { Loading, ProblemNote, Skeleton } from "./notes";

/** The list. `children` draws one entry as an `li`. */
export function PagedCards<T>(props: {
  pages: Pages<T>;
  /** What stands there if there is nothing. */
  empty: ComponentChildren;
  children: (each: T) => ComponentChildren;
}) {
  const { pages } = props;
  return (
    <>
      <ProblemNote problem={pages.problem} onRetry={pages.reload} />
      {pages.isLoading && (
        <Loading>
          <div class="cards">
            {[1, 2, 3].map((each) => (
              <Skeleton key={each} lines={4} isCard />
            ))}
          </div>
        </Loading>
      )}
      {pages.items?.length === 0 && !pages.hasMore && props.empty}
      {pages.items && pages.items.length > 0 && <ul class="cards">{pages.items.map(props.children)}</ul>}
      <More pages={pages} label={t("catalogue.more")} />
    </>
  );
}

/** The button that loads the next page, and what went wrong with it. */
export function More(props: { pages: Pages<unknown>; label: string }) {
  const { pages } = props;
  return (
    <>
      <ProblemNote problem={pages.moreProblem} onRetry={pages.more} />
      {pages.hasMore && (
        <div class="row">
          <Button isBusy={pages.isLoadingMore} onPress={pages.more}>
            {props.label}
          </Button>
        </div>
      )}
    </>
  );
}
