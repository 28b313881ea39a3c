// Finds students by parts of names and addresses, whatever their case and accents. Rules without a page.

const plain = (text: string) =>
  text
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase();

/** Whether each of the words is a part of a student's name or address. */
export function matches(student: { displayName?: string; email?: string }, words: string): boolean {
  const text = plain(`${student.displayName ?? ""} ${student.email ?? ""}`);
  return plain(words)
    .split(/\s+/)
    .every((word) => text.includes(word));
}
