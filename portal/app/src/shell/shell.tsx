// What is around every page: the way past it, the school's name, the navigation.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { useLocation } from "preact-iso/router";
import { config } from "../config";
import { Button } from "../parts/button";
import { isAdministrator, isTeacher } from "../sign-in/roles";
import { person, signOut } from "../sign-in/session";
import type { Person } from "../sign-in/tokens";
import { t } from "../texts";
import { LanguageChoice } from "./language-choice";
import { finishPage, isFinishing } from "./leaving";
import { RefusedNotes } from "./refused-note";
import { mayLeave } from "./unsaved";
import { UnsavedQuestion } from "./unsaved-question";

/** Where the links of the navigation lead, for one person. */
function links(who: Person): { href: string; label: string }[] {
  return [
    { href: "/", label: t("nav.catalogue") },
    { href: "/learning", label: t("nav.learning") },
    ...(isTeacher(who) ? [{ href: "/teach", label: t("nav.teach") }] : []),
    ...(isAdministrator(who) ? [{ href: "/admin", label: t("nav.admin") }] : []),
    { href: "/profile", label: t("nav.profile") },
  ];
}

/** The banner, the navigation and the main part with the page. */
export function Shell(props: { children: ComponentChildren; isLoading: boolean }) {
  const { path } = useLocation();
  const [isLeaving, setLeaving] = useState(false);
  const { school } = config();
  const own = person.value ? links(person.value) : [{ href: "/", label: t("nav.catalogue") }];
  return (
    <>
      <a class="skip" href="#main">
        {t("nav.skip")}
      </a>
      <header class="banner">
        <div class="banner-inner">
          <p class="brand">
            {school.logoUrl ? <img src={school.logoUrl} alt="" /> : <img src="/icon.svg" alt="" />}
            <bdi>{school.name}</bdi>
          </p>
          <nav aria-label={t("nav.label")}>
            <ul>
              {own.map((each) => (
                <li key={each.href}>
                  <a href={each.href} aria-current={path === each.href ? "page" : undefined}>
                    {each.label}
                  </a>
                </li>
              ))}
            </ul>
          </nav>
          {person.value && (
            <Button
              look="quiet"
              isBusy={isLeaving}
              onPress={() => {
                setLeaving(true);
                void leave().then(() => setLeaving(false));
              }}
            >
              {t("session.sign-out")}
            </Button>
          )}
        </div>
        {(props.isLoading || isFinishing.value) && <div class="page-loading" aria-hidden="true" />}
      </header>
      <main id="main" tabIndex={-1}>
        <RefusedNotes />
        {props.children}
      </main>
      {person.value === null && <LanguageChoice />}
      <UnsavedQuestion />
    </>
  );
}

async function leave(): Promise<void> {
  if (!(await mayLeave())) return;
  await finishPage();
  const { flushSoon } = await import("../progress/outbox");
  await flushSoon();
  await signOut();
}
