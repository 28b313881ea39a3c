// The roles of one person: what they have, granting one, taking one back.
import { useState } from "preact/hooks";
import { api, ask, type Schemas } from "../../api/client";
import { useAction } from "../../api/use-action";
import { Button } from "../../parts/button";
import { ProblemNote, StatusNote } from "../../parts/notes";
import { admin } from "./texts";

const GROUPS = ["students", "instructors", "administrators"] as const;
type Group = (typeof GROUPS)[number];

/** The panel. `onGroups` gets the roles after a change. */
export function Roles(props: {
  user: Schemas["UserList"]["items"][number];
  onGroups: (groups: string[]) => void;
}) {
  const { user } = props;
  const [said, setSaid] = useState("");
  const name = user.displayName || user.email;
  const change = useAction(async (group: Group, isGrant: boolean) => {
    setSaid("");
    const path = { params: { path: { userId: user.userId, group } } };
    await ask(
      isGrant
        ? api.PUT("/users/{userId}/groups/{group}", path)
        : api.DELETE("/users/{userId}/groups/{group}", path),
    );
    const others = user.groups.filter((each) => each !== group);
    props.onGroups(isGrant ? [...others, group] : others);
    setSaid(admin(isGrant ? "roles.granted" : "roles.revoked", { name, role: admin(`role.${group}`) }));
  });
  return (
    <section class="stack" aria-labelledby="roles-of">
      <h3 id="roles-of">
        <bdi>{name}</bdi>
      </h3>
      <dl class="facts">
        <dt>{admin("people.email")}</dt>
        <dd>
          <bdi>{user.email}</bdi>{" "}
          {!user.emailVerified && <span class="badge">{admin("people.unverified")}</span>}
        </dd>
        <dt>{admin("people.id")}</dt>
        <dd>
          <code>{user.userId}</code>
        </dd>
      </dl>
      <ul class="stack">
        {GROUPS.map((group) => {
          const has = user.groups.includes(group);
          return (
            <li key={group} class="row row-spread">
              <div id={`role-${group}`}>
                <p class="row">
                  {admin(`role.${group}`)}
                  {has && <span class="badge badge-good">{admin("roles.has")}</span>}
                </p>
                <p class="small">{admin(`role-means.${group}`)}</p>
              </div>
              <Button
                describedBy={`role-${group}`}
                look={has ? "danger" : "plain"}
                isBusy={change.isRunning}
                onPress={() => change.run(group, !has)}
              >
                {admin(has ? "roles.revoke" : "roles.grant")}
              </Button>
            </li>
          );
        })}
      </ul>
      <p class="small">{admin("roles.when")}</p>
      <ProblemNote problem={change.problem} />
      <StatusNote>{said}</StatusNote>
    </section>
  );
}
