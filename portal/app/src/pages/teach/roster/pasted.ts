// Addresses as people paste them from a mail program: in one line, with names. Rules without a page.

const ADDRESS = /@/g;
const IN_BRACKETS = /<([^<>]+@[^<>]+)>/;

/** What the API gets of the field: of which a column is chosen is a table, as it is. */
export const tableOf = (typed: { text: string; column: string }): string =>
  typed.column ? typed.text : oneEachLine(typed.text);

/**
 * A list of addresses with one in each line. The API takes lines for people and what stands between commas for columns, so
 * `a@x.org, b@x.org` would be one person with two columns. Any other text stays as it is: tables have one person in a line,
 * and may have several addresses there.
 */
export function oneEachLine(text: string): string {
  const lines = text.split(/[\r\n]+/).filter((line) => line.trim());
  const goesOn = lines.slice(0, -1).every((line) => /[,;]\s*$/.test(line));
  const parts = goesOn ? lines.map(cellsOf) : [];
  const cells = parts.flat();
  const addresses = addressesIn(cells);
  const isList =
    lines.length === 1 || (addresses === cells.length && parts.every((each) => addressesIn(each) <= 1));
  return isList && addresses > 1
    ? cells.map((cell) => IN_BRACKETS.exec(cell)?.[1]?.trim() ?? cell).join("\n")
    : text;
}

const addressesIn = (cells: string[]): number => cells.filter((cell) => cell.includes("@")).length;

/** What stands between semicolons or commas outside quotation marks, or between blanks if only addresses stand there. */
function cellsOf(line: string): string[] {
  return (line.match(/(?:"[^"]*"|[^";])+/g) ?? [])
    .flatMap((part) => (isPerson(part) ? [part] : (part.match(/(?:"[^"]*"|[^",])+/g) ?? [])))
    .flatMap((cell) => (!cell.includes("<") && countOf(cell) > 1 ? cell.split(/\s+/) : [cell]))
    .map((cell) => cell.trim())
    .filter(Boolean);
}

/** Whether this is one address with a name before it, in which a comma may stand: `Lovelace, Ada <ada@x.org>`. */
const isPerson = (part: string): boolean => IN_BRACKETS.test(part) && countOf(part) === 1;

const countOf = (part: string): number => part.match(ADDRESS)?.length ?? 0;
