// What the API finds wrong with a class list as a whole, in words about the list. Rules without a page.
import { asProblem, type FieldFault, Problem } from "../../../api/problem";
import { anyOf, number } from "../../../texts/formats";
import { teach } from "../texts";

const SHOWN_ROWS = 500;

/** The same problem with a sentence about the list. Other problems stay as they are. */
export function aboutList(error: unknown): Problem {
  const problem = asProblem(error);
  const [fault] = problem.errors;
  if (problem.code !== "bad-request" || !fault) return problem;
  const { sentence, errors } = wordsFor(fault.message);
  return new Problem(problem.status, sentence, "", "", problem.code, errors ?? []);
}

function wordsFor(message: string): { sentence: string; errors?: FieldFault[] } {
  const several = /several columns [^:]*: (.+); name one/.exec(message)?.[1];
  if (several) {
    const columns = [...several.matchAll(/(\d+(?: \(.*?\))?)(?:, | and |$)/g)].map((each) => each[1] ?? "");
    return {
      sentence: teach("import.several", { columns: anyOf(columns) }),
      errors: [aboutColumn(teach("import.several.choose"))],
    };
  }
  const width = /it has (\d+)/.exec(message)?.[1];
  if (width) {
    const sentence = teach("import.no-column", { number: number(Number(width)) });
    return { sentence, errors: [aboutColumn(teach("import.several.choose"))] };
  }
  if (/has \d+ rows/.test(message)) {
    return { sentence: teach("import.too-many", { most: number(SHOWN_ROWS) }) };
  }
  const line = /quotation mark in line (\d+)/.exec(message)?.[1];
  if (line) return { sentence: teach("import.quotation", { line: number(Number(line)) }) };
  return { sentence: teach(/no (?:cell|row)/.test(message) ? "import.no-address" : "import.unreadable") };
}

const aboutColumn = (message: string): FieldFault => ({ field: "addressColumn", message, isOwnWords: true });
