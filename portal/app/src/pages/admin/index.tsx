// The administrator's page: roles by e-mail address, and the audit trail of a person or a course.
import { useState } from "preact/hooks";
import { api, ask, type Schemas } from "../../api/client";
import { useAction } from "../../api/use-action";
import { Button } from "../../parts/button";
import { TextField } from "../../parts/field";
import { Form } from "../../parts/form";
import { ProblemNote } from "../../parts/notes";
import { Page } from "../../parts/page";
import { t } from "../../texts";
import { Trail } from "./audit";
import { Courses, CoursesOf } from "./courses";
import "./admin.css";
import { Roles } from "./roles";
import { admin } from "./texts";

type User = Schemas["UserList"]["items"][number];

/** The page. Nothing is read before the administrator asks for somebody. */
export default function Admin() {
  return (
    <Page title={t("nav.admin")} lead={admin("lead")}>
      <People />
      <Courses />
    </Page>
  );
}

function People() {
  const [email, setEmail] = useState("");
  const [found, setFound] = useState<{ user: User | undefined; email: string }>();
  const find = useAction(async () => {
    setFound(undefined);
    const wanted = email.trim();
    const { items } = await ask(api.GET("/users", { params: { query: { email: wanted } } }));
    setFound({ user: items[0], email: wanted });
  });
  return (
    <section class="card stack">
      <h2>{admin("people.title")}</h2>
      <Form class="search" label={admin("people.title")} action={find} onSubmit={() => void find.run()}>
        <TextField
          label={admin("people.email")}
          name="email"
          type="email"
          value={email}
          onInput={setEmail}
          problem={find.problem}
          isRequired
        />
        <Button type="submit" look="main" isBusy={find.isRunning}>
          {admin("people.find")}
        </Button>
      </Form>
      <ProblemNote problem={find.problem} />
      <div role="status" class={found && !found.user ? undefined : "note-empty"}>
        {found && !found.user && <p>{admin("people.nobody", { email: found.email })}</p>}
      </div>
      {found?.user && (
        <>
          <Roles
            key={found.user.userId}
            user={found.user}
            onGroups={(groups) => setFound({ ...found, user: { ...(found.user as User), groups } })}
          />
          <CoursesOf
            key={`courses-${found.user.userId}`}
            owner={found.user.userId}
            label={admin("courses.of")}
            empty={admin("courses.of.none")}
          />
          <Trail
            key={`trail-${found.user.userId}`}
            of={{ userId: found.user.userId }}
            people={[{ id: found.user.userId, name: found.user.displayName || found.user.email }]}
          />
        </>
      )}
    </section>
  );
}
