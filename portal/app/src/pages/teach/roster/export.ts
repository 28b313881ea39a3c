// Saves the roster as a table. The API gives at most 2,000 rows at once; all of them go into one file.
import { API_BASE, api } from "../../../api/client";
import { problemOf } from "../../../api/problem";

async function table(courseId: string, cursor?: string): Promise<{ text: string; next: string | undefined }> {
  const query = { format: "csv" as const, ...(cursor ? { cursor } : {}) };
  const { data, error, response } = await api.GET("/courses/{courseId}/roster", {
    params: { path: { courseId }, query },
    headers: { Accept: "text/csv" },
    parseAs: "text",
  });
  if (!response.ok) throw problemOf(response, error);
  const link = /<([^>]+)>;\s*rel="?next"?/.exec(response.headers.get("link") ?? "")?.[1];
  const next = link && new URL(link, location.origin + API_BASE).searchParams.get("cursor");
  return { text: String(data ?? ""), next: next || undefined };
}

/** The rows of a table after its header. */
const withoutHeader = (text: string) => text.slice(text.indexOf("\n") + 1);

/** A name that every system takes: without control characters and those that mean something in paths. */
const fileName = (title: string) =>
  `${
    title
      .replace(/[\\/:*?"<>|]|\p{Cc}/gu, " ")
      .replace(/\s+/g, " ")
      .trim()
      .slice(0, 80) || "roster"
  }.csv`;

/** Offers the whole roster as a file. Throws a `Problem`. */
export async function exportRoster(courseId: string, title: string): Promise<void> {
  let { text, next } = await table(courseId);
  while (next) {
    const more = await table(courseId, next);
    text += (text.endsWith("\n") ? "" : "\n") + withoutHeader(more.text);
    next = more.next;
  }
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob(["\ufeff", text.replace(/^\ufeff/, "")], { type: "text/csv" }));
  link.download = fileName(title);
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
