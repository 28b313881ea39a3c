// What a person may see by their roles. The API decides on everything that they do. Rules without a page.
import type { Person } from "./tokens";

type Groups = Pick<Person, "groups">;

/** Whether the person may make courses. */
export const isTeacher = ({ groups }: Groups): boolean =>
  groups.includes("instructors") || groups.includes("administrators");

/** Whether the person may grant roles. */
export const isAdministrator = ({ groups }: Groups): boolean => groups.includes("administrators");
