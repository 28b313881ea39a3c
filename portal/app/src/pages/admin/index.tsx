// The pages of administrators.
import { Page } from "../../parts/page";
import { t } from "../../texts";

/** The first page. */
export default function Admin() {
  return <Page title={t("nav.admin")} />;
}
