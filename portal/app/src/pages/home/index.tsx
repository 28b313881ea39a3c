// The catalogue: the courses that are published, with a search and more pages.

import { useEffect, useState } from "preact/hooks";
import { useLocation } from "preact-iso/router";
import { api, ask, type Schemas } from "../../api/client";
import { usePages } from "../../api/use-pages";
import { Button } from "../../parts/button";
import { TextField } from "../../parts/field";
import { Empty } from "../../parts/notes";
import { Page } from "../../parts/page";
import { PagedCards } from "../../parts/paged-cards";
import { t } from "../../texts";
import "./home.css";
import { CourseCard } from "./course-card";

const PAGE_SIZE = 24;

function pageOf(q: string, cursor?: string): Promise<Schemas["CoursePage"]> {
  const query = { limit: PAGE_SIZE, ...(q ? { q } : {}), ...(cursor ? { cursor } : {}) };
  return ask(api.GET("/courses", { params: { query } }));
}

/** The catalogue page. The words of the search are in the address, so that it can be sent to somebody. */
export function Home() {
  const { query, route } = useLocation();
  const words = (query.q ?? "").trim();
  const [typed, setTyped] = useState(words);
  useEffect(() => setTyped(words), [words]); // also after the browser's own *back*
  const pages = usePages(`courses?${words}`, (cursor) => pageOf(words, cursor));
  return (
    <Page title={t("catalogue.title")} lead={t("catalogue.lead")} isWide>
      <search>
        <form
          class="search"
          onSubmit={(event) => {
            event.preventDefault();
            route(typed.trim() ? `/?q=${encodeURIComponent(typed.trim())}` : "/");
          }}
        >
          <TextField
            label={t("catalogue.search")}
            name="q"
            type="search"
            value={typed}
            onInput={setTyped}
            maxLength={200}
          />
          <Button type="submit">{t("catalogue.search.go")}</Button>
        </form>
      </search>
      <PagedCards
        pages={pages}
        empty={
          words ? (
            <Empty title={t("catalogue.nothing.title")} text={t("catalogue.nothing.text")}>
              <Button onPress={() => route("/")}>{t("catalogue.clear")}</Button>
            </Empty>
          ) : (
            <Empty title={t("catalogue.empty.title")} text={t("catalogue.empty.text")} />
          )
        }
      >
        {(each) => <CourseCard key={each.courseId} course={each} />}
      </PagedCards>
    </Page>
  );
}
