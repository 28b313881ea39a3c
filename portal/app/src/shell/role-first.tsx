// In place of a page that is for people with another role.
import { Page } from "../parts/page";
import { t } from "../texts";

/** What everybody sees who has not the role. `title` says for whom the page is. */
export function RoleFirst(props: { title: string }) {
  return (
    <Page title={props.title} lead={t("role.text")}>
      <p>
        <a class="button" href="/">
          {t("not-found.home")}
        </a>
      </p>
    </Page>
  );
}
