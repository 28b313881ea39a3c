// Entries of the audit trail as sentences. Rules without a page.
import type { Schemas } from "../../api/client";
import { admin } from "./texts";

const SHORT = 8;

/** People are named by pseudonyms; the first characters are enough to tell those of one page apart. */
const short = (pseudonym: unknown) => String(pseudonym ?? "").slice(0, SHORT);

const KNOWN = [
  "course-published",
  "course-unpublished",
  "roster-read",
  "roster-exported",
  "roster-enrolled",
  "student-removed",
  "staff-added",
  "staff-removed",
  "role-granted",
  "role-revoked",
  "person-looked-up",
  "audit-read",
  "person-exported",
  "person-erased",
] as const;

const ROLES = ["students", "instructors", "administrators"] as const;

/** The word for a group of Cognito; another group is named as it is. */
function roleOf(group: unknown): string {
  const known = ROLES.find((each) => each === group);
  return known ? admin(`role.${known}`) : String(group ?? "");
}

/** What happened, in a sentence. An action of a later version is told by its code. */
export function sentenceOf(entry: Schemas["AuditEntry"]): string {
  const details = (entry.details ?? {}) as Record<string, unknown>;
  const [kind, id] = entry.subject.split("#");
  const person = short(details.person ?? (kind === "person" ? id : ""));
  const values = {
    actor: short(entry.actor),
    person: person || admin("audit.somebody"),
    course: kind === "course" ? String(id) : "",
    role: roleOf(details.group),
    action: entry.action,
  };
  const known = KNOWN.find((each) => each === entry.action);
  return known ? admin(`action.${known}`, values) : admin("audit.unknown", values);
}
