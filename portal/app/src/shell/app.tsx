// Which page belongs to which path. Pages are loaded when they are opened first.
import type { ComponentType } from "preact";
import { useState } from "preact/hooks";
import lazy, { ErrorBoundary } from "preact-iso/lazy";
import { LocationProvider, Route, Router } from "preact-iso/router";
import { asProblem } from "../api/problem";
import { Home } from "../pages/home/index";
import { NotFound } from "../pages/not-found/index";
import { SignedIn } from "../pages/signed-in/index";
import { Loading, ProblemNote, Skeleton } from "../parts/notes";
import { Page } from "../parts/page";
import { isAdministrator, isTeacher } from "../sign-in/roles";
import { hasEnded, isGivingWay, person } from "../sign-in/session";
import type { Person } from "../sign-in/tokens";
import { t } from "../texts";
import { withTexts } from "../texts/translator";
import { RoleFirst } from "./role-first";
import { Shell } from "./shell";
import { SignInFirst, Welcome } from "./visitor";

type GuardedPage = ComponentType & { preload?: () => Promise<unknown> };

/** For whom a page is: others see that sentence in its place. */
interface Role {
  has: (who: Person) => boolean;
  title: () => string;
}

/** A page that needs a sign-in, or a role; `visitor` is what is seen without a sign-in. */
function Guarded(props: { page: GuardedPage; visitor: ComponentType; role: Role | undefined }) {
  if (person.value === undefined || isGivingWay.value) {
    props.page.preload?.().catch(() => {}); // while the sign-in is renewed; showing the page tells a failure
    return (
      <Loading>
        <div class="page">
          <Skeleton lines={6} />
        </div>
      </Loading>
    );
  }
  const visitor = hasEnded.value ? SignInFirst : props.visitor;
  if (person.value && props.role && !props.role.has(person.value))
    return <RoleFirst title={props.role.title()} />;
  const Shown = person.value === null ? visitor : props.page;
  return <Shown />;
}

const guarded = (page: GuardedPage, visitor: ComponentType = SignInFirst, role?: Role) =>
  function GuardedRoute() {
    return <Guarded page={page} visitor={visitor} role={role} />;
  };

const TEACHERS: Role = { has: isTeacher, title: () => t("role.teach") };
const ADMINISTRATORS: Role = { has: isAdministrator, title: () => t("role.admin") };

const HomePage = guarded(Home, Welcome);
const LearningPage = guarded(lazy(() => withTexts(import("../pages/learning/index"))));
const CoursePage = guarded(lazy(() => withTexts(import("../pages/course/index"))));
const LessonPage = guarded(lazy(() => withTexts(import("../pages/lesson/index"))));
const ProfilePage = guarded(lazy(() => withTexts(import("../pages/profile/index"))));
const TeachPage = guarded(
  lazy(() => withTexts(import("../pages/teach/index"))),
  SignInFirst,
  TEACHERS,
);
const AdminPage = guarded(
  lazy(() => withTexts(import("../pages/admin/index"))),
  SignInFirst,
  ADMINISTRATORS,
);

/** The whole app. */
export function App() {
  const [isLoading, setLoading] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  return (
    <LocationProvider>
      <Shell isLoading={isLoading}>
        {failure ? (
          <Page title={t("problem.page")}>
            <ProblemNote problem={asProblem(failure)} onRetry={() => location.reload()} />
          </Page>
        ) : (
          <ErrorBoundary onError={setFailure}>
            <Router onLoadStart={() => setLoading(true)} onLoadEnd={() => setLoading(false)}>
              <Route path="/" component={HomePage} />
              <Route path="/learning" component={LearningPage} />
              <Route path="/courses/:courseId" component={CoursePage} />
              <Route path="/courses/:courseId/lessons/:lessonId" component={LessonPage} />
              <Route path="/profile" component={ProfilePage} />
              <Route path="/teach" component={TeachPage} />
              <Route path="/teach/courses/:courseId" component={TeachPage} />
              <Route path="/admin" component={AdminPage} />
              <Route path="/signed-in" component={SignedIn} />
              <Route default component={NotFound} />
            </Router>
          </ErrorBoundary>
        )}
      </Shell>
    </LocationProvider>
  );
}
