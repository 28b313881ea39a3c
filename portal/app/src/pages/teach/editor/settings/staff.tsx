// Who teaches the course: its owner and the co-teachers. Only the owner and administrators change it.
import { useState } from "preact/hooks";
import { api, ask, type Schemas } from "../../../../api/client";
import { useAction } from "../../../../api/use-action";
import { useData } from "../../../../api/use-data";
import { Button } from "../../../../parts/button";
import { TextField } from "../../../../parts/field";
import { Form } from "../../../../parts/form";
import { Loading, ProblemNote, Skeleton, StatusNote } from "../../../../parts/notes";
import { person } from "../../../../sign-in/session";
import { teach } from "../../texts";

type Colleague = Schemas["StaffList"]["items"][number];

/** The list, and a form to add a colleague by e-mail address. */
export function Staff(props: { course: Schemas["Course"] }) {
  const { courseId, ownerId } = props.course;
  const path = { courseId };
  const mayChange = person.value?.groups.includes("administrators") || person.value?.userId === ownerId;
  const found = useData(`staff/${courseId}`, () =>
    ask(api.GET("/courses/{courseId}/staff", { params: { path } })),
  );
  const [email, setEmail] = useState("");
  const [said, setSaid] = useState("");
  const changed = async (text: string) => {
    found.set(await ask(api.GET("/courses/{courseId}/staff", { params: { path } })));
    setSaid(text);
  };
  const add = useAction(async () => {
    setSaid("");
    const body = { email: email.trim() };
    await ask(api.POST("/courses/{courseId}/staff", { params: { path }, body }));
    setEmail("");
    await changed(teach("staff.added", { name: body.email }));
  });
  const remove = useAction(async (colleague: Colleague) => {
    setSaid("");
    const { userId } = colleague;
    await ask(api.DELETE("/courses/{courseId}/staff/{userId}", { params: { path: { courseId, userId } } }));
    await changed(teach("staff.removed", { name: nameOf(colleague) }));
  });
  return (
    <section class="card stack">
      <h2>{teach("staff.title")}</h2>
      <p class="small">{teach("staff.text")}</p>
      <ProblemNote problem={found.problem} onRetry={found.reload} />
      {found.isLoading && (
        <Loading>
          <Skeleton lines={2} />
        </Loading>
      )}
      <ul class="stack">
        {found.data?.items.map((each) => (
          <li key={each.userId} class="row row-spread">
            <span id={`colleague-${each.userId}`}>
              <bdi>{nameOf(each)}</bdi> {each.isOwner && <span class="badge">{teach("staff.owner")}</span>}
              {each.displayName && each.email && (
                <span class="small block">
                  <bdi>{each.email}</bdi>
                </span>
              )}
            </span>
            {mayChange && !each.isOwner && (
              <Button
                describedBy={`colleague-${each.userId}`}
                isBusy={remove.isRunning}
                onPress={() => remove.run(each)}
              >
                {teach("staff.remove")}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {mayChange && (
        <Form class="form" label={teach("staff.title")} action={add} onSubmit={() => void add.run()}>
          <TextField
            label={teach("staff.person")}
            name="email"
            type="email"
            hint={teach("staff.person.hint")}
            value={email}
            onInput={setEmail}
            problem={add.problem}
            isRequired
          />
          <Button type="submit" isBusy={add.isRunning}>
            {teach("staff.add")}
          </Button>
        </Form>
      )}
      <ProblemNote problem={add.problem ?? remove.problem} />
      <StatusNote>{add.problem ? "" : said}</StatusNote>
    </section>
  );
}

/** The name of a colleague; the owner of a course may be erased, and others may never have signed in. */
function nameOf(colleague: Colleague): string {
  const unknown = colleague.isOwner ? teach("staff.erased") : colleague.userId;
  return colleague.displayName || colleague.email || unknown;
}
