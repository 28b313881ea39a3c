// An article: its Markdown is read and drawn as elements of the page. Nothing of it is ever taken as HTML.

import { asProblem, Problem } from "../../../api/problem";
import { useData } from "../../../api/use-data";
import { Loading, ProblemNote, Skeleton } from "../../../parts/notes";
import type { Content } from "../load";
import { t } from "../texts";
import { Markdown } from "./markdown";

async function textOf(content: Content, renew: () => Promise<Content | null>): Promise<string> {
  const first = await fetch(content.url);
  if (first.ok) return first.text();
  const next = await renew(); // the link has ended
  const again = next && (await fetch(next.url));
  if (!again?.ok) throw new Problem(again?.status ?? 404, t("file.failed"));
  return again.text();
}

/** The article. */
export function Article(props: { title: string; content: Content; renew: () => Promise<Content | null> }) {
  const text = useData(props.content.url.split("?")[0] ?? "", () => textOf(props.content, props.renew));
  return (
    <article class="prose card" dir={text.data === undefined ? undefined : "auto"}>
      <ProblemNote problem={text.problem && asProblem(text.problem)} onRetry={text.reload} />
      {text.isLoading && (
        <Loading>
          <Skeleton lines={8} />
        </Loading>
      )}
      {text.data !== undefined && <Markdown text={text.data} base={props.content.url} title={props.title} />}
    </article>
  );
}
