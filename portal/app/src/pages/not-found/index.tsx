// A path that the portal does not have.
import { Page } from "../../parts/page";
import { t } from "../../texts";

/** Says so, and shows the way back. */
export function NotFound() {
  return (
    <Page title={t("not-found.title")} lead={t("not-found.text")}>
      <p>
        <a class="button button-main" href="/">
          {t("not-found.home")}
        </a>
      </p>
    </Page>
  );
}
