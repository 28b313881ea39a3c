// An article: its Markdown is read and drawn as elements of the page. Nothing of it is ever taken as HTML.

import { asProblem, Problem } from "../../../api/problem";
import { useData } from "../../../api/use-data";
import { Loading, ProblemNote, Skeleton } from "../../../parts/notes";
import type { Content } from "../load";
import { t } from "../texts";
import { Markdown } from "./markdown";

/** The text, and the address from which it came: its pictures are beside it. */
interface Read {
  text: string;
  base: string;
}

async function textOf(content: Content, renew: () => Promise<Content | null>): Promise<Read> {
  const first = await fetch(content.url);
  if (first.ok) return { text: await first.text(), base: content.url };
  const next = await renew(); // the link has ended
  if (!next) throw new Problem(404, t("file.failed"));
  const again = await fetch(next.url);
  if (!again.ok) throw new Problem(again.status, t("file.failed"));
  return { text: await again.text(), base: next.url };
}

/** The article. */
export function Article(props: { title: string; content: Content; renew: () => Promise<Content | null> }) {
  const read = useData(props.content.url.split("?")[0] ?? "", () => textOf(props.content, props.renew));
  return (
    <article class="prose card" dir={read.data === undefined ? undefined : "auto"}>
      <ProblemNote problem={read.problem && asProblem(read.problem)} onRetry={read.reload} />
      {read.isLoading && (
        <Loading>
          <Skeleton lines={8} />
        </Loading>
      )}
      {read.data && <Markdown {...read.data} title={props.title} />}
    </article>
  );
}
