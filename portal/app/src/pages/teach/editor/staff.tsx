// Who teaches the course besides its owner. Only the owner and administrators change it.
import { useState } from "preact/hooks";
import { api, ask, type Schemas } from "../../../api/client";
import { Problem } from "../../../api/problem";
import { useAction } from "../../../api/use-action";
import { Button } from "../../../parts/button";
import { TextField } from "../../../parts/field";
import { ProblemNote, StatusNote } from "../../../parts/notes";
import { person } from "../../../sign-in/session";
import { teach } from "../texts";

/** The list of co-teachers, and a form to add one. */
export function Staff(props: { course: Schemas["Course"]; reload: () => Promise<unknown> }) {
  const { course } = props;
  const isAdministrator = person.value?.groups.includes("administrators") ?? false;
  const mayChange = isAdministrator || person.value?.userId === course.ownerId;
  const [typed, setTyped] = useState("");
  const [said, setSaid] = useState("");
  const path = (userId: string) => ({ params: { path: { courseId: course.courseId, userId } } });
  const add = useAction(async () => {
    const userId = typed.includes("@") ? await userOf(typed.trim()) : typed.trim();
    await ask(api.PUT("/courses/{courseId}/staff/{userId}", path(userId)));
    await props.reload();
    setTyped("");
    setSaid(teach("staff.added"));
  });
  const remove = useAction(async (userId: string) => {
    await ask(api.DELETE("/courses/{courseId}/staff/{userId}", path(userId)));
    await props.reload();
    setSaid(teach("staff.removed"));
  });
  const staff = course.staff ?? [];
  return (
    <section class="card stack">
      <h2>{teach("staff.title")}</h2>
      <p class="small">{teach("staff.text")}</p>
      {staff.length === 0 && <p>{teach("staff.nobody")}</p>}
      <ul class="stack">
        {staff.map((userId) => (
          <li key={userId} class="row row-spread">
            <code>{userId}</code>
            {mayChange && (
              <Button isBusy={remove.isRunning} onPress={() => remove.run(userId)}>
                {teach("staff.remove")}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {mayChange && (
        <form
          class="form"
          aria-label={teach("staff.title")}
          onSubmit={(event) => {
            event.preventDefault();
            setSaid("");
            void add.run();
          }}
        >
          <TextField
            label={teach("staff.person")}
            name="userId"
            hint={teach(isAdministrator ? "staff.person.hint-administrator" : "staff.person.hint")}
            value={typed}
            onInput={setTyped}
            problem={add.problem}
            isRequired
          />
          <Button type="submit" isBusy={add.isRunning}>
            {teach("staff.add")}
          </Button>
        </form>
      )}
      <ProblemNote problem={add.problem ?? remove.problem} />
      <StatusNote>{said}</StatusNote>
    </section>
  );
}

/** The user id of an address; only administrators may look it up. Throws a `Problem` if nobody has it. */
async function userOf(email: string): Promise<string> {
  const found = await ask(api.GET("/users", { params: { query: { email } } }));
  const userId = found.items[0]?.userId;
  if (!userId) throw new Problem(404, teach("staff.unknown", { email }));
  return userId;
}
