// What the API finds wrong with a file, for the person who chose it. The faults name fields, which no form shows here.
import type { Schemas } from "../../../api/client";
import { type FieldFault, Problem } from "../../../api/problem";
import { megabytes } from "../../../texts/formats";
import { teach } from "../texts";

/** The same problem, with a sentence about the file in place of the field. Other problems stay as they are. */
export function aboutFile(problem: Problem, kind: Schemas["LessonContentType"]): Problem {
  const sentences = problem.errors.map((fault) => sentenceOf(fault, kind));
  if (sentences.length === 0 || sentences.includes(undefined)) return problem;
  const { status, requestId, code, errors } = problem;
  return new Problem(status, sentences.join(" "), "", requestId, code, errors);
}

function sentenceOf(fault: FieldFault, kind: Schemas["LessonContentType"]): string | undefined {
  if (fault.field === "mediaType") return teach(`upload.not-${kind}`);
  if (fault.field === "fileName") return teach("upload.name");
  const most = /(?:smaller than or equal to|at most) (\d+)$/.exec(fault.message)?.[1];
  return fault.field === "sizeBytes" && most
    ? teach("upload.too-large", { size: megabytes(Number(most)) })
    : undefined;
}
