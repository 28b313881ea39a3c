// Where the sign-in pages send people back to: takes the code and goes on to where they wanted to be.

import { useEffect, useState } from "preact/hooks";
import { useLocation } from "preact-iso/router";
import { Button } from "../../parts/button";
import { Skeleton } from "../../parts/notes";
import { Page } from "../../parts/page";
import { followOwnProfile } from "../../sign-in/profile-language";
import { finishSignIn, signIn } from "../../sign-in/session";
import { t } from "../../texts";

/** Ends the sign-in. */
export function SignedIn() {
  const { route } = useLocation();
  const [hasFailed, setFailed] = useState(false);
  useEffect(() => {
    finishSignIn().then(
      async (path) => {
        await followOwnProfile();
        route(path, true);
      },
      () => {
        // The code in the address is of no use any more, and no address should show it.
        history.replaceState(null, "", "/signed-in");
        setFailed(true);
      },
    );
  }, [route]);
  if (!hasFailed) {
    return (
      <Page title={t("signed-in.title")}>
        <Skeleton lines={3} />
      </Page>
    );
  }
  return (
    <Page title={t("signed-in.failed.title")}>
      <p role="alert">{t("signed-in.failed.text")}</p>
      <div class="row">
        <Button look="main" onPress={() => signIn("/")}>
          {t("session.sign-in")}
        </Button>
      </div>
    </Page>
  );
}
