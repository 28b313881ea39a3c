// A part of a page whose code is loaded when it is drawn first.
import type { ComponentType } from "preact";
import { asProblem } from "../../api/problem";
import { useData } from "../../api/use-data";
import { Loading, ProblemNote, Skeleton } from "../../parts/notes";

/** A component like the one that `load` gives, with a sign while it is loaded and a way on if it cannot be. */
export function lazyPart<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  return function LazyPart(props: P) {
    const loaded = useData<{ Part: ComponentType<P> }>("code", async () => ({ Part: await load() }));
    if (loaded.data) return <loaded.data.Part {...props} />;
    if (loaded.problem) return <ProblemNote problem={asProblem(loaded.problem)} onRetry={loaded.reload} />;
    return (
      <Loading>
        <Skeleton lines={8} isCard />
      </Loading>
    );
  };
}
