// Entries of the audit trail as sentences. Rules without a page.
import type { Schemas } from "../../api/client";
import { admin } from "./texts";

const SHORT = 8;

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

/** What the page knows by name: people by their pseudonyms, courses by their ids. */
export type Names = ReadonlyMap<string, string>;

/** The pseudonym of a person in the trail, as the API computes it. */
export async function pseudonymOf(userId: string): Promise<string> {
  const bytes = new TextEncoder().encode(`education-audit:${userId}`);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (each) => each.toString(16).padStart(2, "0"))
    .join("")
    .slice(0, 32);
}

/** What happened, in a sentence. An action of a later version is told by its code. */
export function sentenceOf(entry: Schemas["AuditEntry"], names: Names = new Map()): string {
  const details = (entry.details ?? {}) as Record<string, unknown>;
  const [kind, id = ""] = entry.subject.split("#");
  const person = (pseudonym: unknown) => {
    const text = String(pseudonym ?? "");
    // The first characters are enough to tell the people of one page apart.
    return names.get(text) ?? admin("audit.person", { id: text.slice(0, SHORT) });
  };
  const about = details.person ?? (kind === "person" ? id : "");
  const course = String(details.courseId ?? (kind === "course" ? id : ""));
  const role = ROLES.find((each) => each === details.group);
  const values = {
    actor: person(entry.actor),
    person: about ? person(about) : admin("audit.somebody"),
    course: names.get(course) ?? course,
    role: role ? admin(`role.${role}`) : String(details.group ?? ""),
    action: entry.action,
  };
  const known = KNOWN.find((each) => each === entry.action);
  return known ? admin(`action.${known}`, values) : admin("audit.unknown", values);
}
