// The pages of people who teach.
import { Page } from "../../parts/page";
import { t } from "../../texts";

/** The first page. */
export default function Teach() {
  return <Page title={t("nav.teach")} />;
}
