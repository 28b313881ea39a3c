// Addresses as people paste them from a mail program: in one line, with names. Rules without a page.

const ADDRESS = /@/g;
const IN_BRACKETS = /<([^<>]+@[^<>]+)>/;

/**
 * A list of addresses with one in each line. The API takes lines for people and what stands between commas for columns, so
 * `a@x.org, b@x.org` would be one person with two columns. Any other text stays as it is: tables have one person in a line.
 */
export function oneEachLine(text: string): string {
  const lines = text.split(/[\r\n]+/).filter((line) => line.trim());
  const goesOn = lines.slice(0, -1).every((line) => /[,;]\s*$/.test(line));
  const cells = goesOn ? lines.flatMap(cellsOf) : [];
  const addresses = cells.filter((cell) => cell.includes("@"));
  const isList = addresses.length > 1 && (lines.length === 1 || addresses.length === cells.length);
  return isList ? cells.map((cell) => IN_BRACKETS.exec(cell)?.[1]?.trim() ?? cell).join("\n") : text;
}

/** What stands between commas and semicolons outside quotation marks, or between blanks if only addresses stand there. */
function cellsOf(line: string): string[] {
  const cells = line.match(/(?:"[^"]*"|[^",;])+/g) ?? [];
  return cells
    .flatMap((cell) =>
      !cell.includes("<") && (cell.match(ADDRESS)?.length ?? 0) > 1 ? cell.split(/\s+/) : [cell],
    )
    .map((cell) => cell.trim())
    .filter(Boolean);
}
