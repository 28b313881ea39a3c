// Whether a package's saved state says that the student has finished. Rules without a page.

const WORDS = new Set(["completed", "passed"]);

/** True if the marks of the page should be read again: the API decides by its own rules. */
export function saysComplete(model: Record<string, unknown>): boolean {
  const xapi = model.xapi as { completed?: unknown } | undefined;
  if (xapi?.completed === true) return true;
  const items = Object.values((model.items as Record<string, Record<string, unknown>> | undefined) ?? {});
  if (items.length > 0) return items.every(saysComplete);
  const cmi = model.cmi as Record<string, unknown> | undefined;
  const core = cmi?.core as Record<string, unknown> | undefined;
  return [core?.lesson_status, cmi?.completion_status, cmi?.success_status].some((each) =>
    WORDS.has(String(each)),
  );
}
