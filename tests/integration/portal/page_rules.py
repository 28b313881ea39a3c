"""What is wrong on a page for people with large text, a narrow screen or a dislike of motion, and with hostile names.

Each rule is an expression of JavaScript that gives the faults as texts.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.integration.portal.portal_visit import Visit

NARROW = {"width": 320, "height": 640}
WIDE = {"width": 1280, "height": 800}
# Markup, an override, an embedding that does not end, and wide characters without a blank: 200 characters.
HOSTILE = ('\u202e<img src=x onerror="taken=1"><b>x</b>\u2067\u2066' + "W" * 200)[:200]
CONTROLS = "/[\\u202a-\\u202e\\u2066-\\u2069]/"

# Twice as large as usual. The browser's own setting would also make the pages' media queries choose one column.
LARGE = ":root { font-size: 200%; }"
# https://www.w3.org/TR/WCAG22/#text-spacing
SPACED = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
p { margin-block-end: 2em !important; }"""
STYLED = """(style) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style);
  document.adoptedStyleSheets = [sheet];
}"""

# Text that sticks out of the window or of its own box, or is cut off. Left out: what is only for screen readers, the
# layer of text over a document's pictures, what scrolls by itself, and a card's summary, which its page has whole.
LOST = """() => {
  const left_out = ".unseen, .skip, .textLayer, .pdf-scroll, pre, .clamp, .skeleton, svg, option";
  const width = document.documentElement.clientWidth;
  const faults = [];
  for (const each of document.querySelectorAll("body *")) {
    const style = getComputedStyle(each), box = each.getBoundingClientRect();
    if (each.closest(left_out) || !each.textContent.trim() || box.width === 0 || style.display === "inline") continue;
    const name = `${each.localName}.${each.className} "${each.textContent.trim().slice(0, 40)}"`;
    if (box.right > width + 1 || box.left < -1) faults.push(`sticks out: ${name}`);
    if (each.scrollWidth > each.clientWidth + 1) faults.push(`spills sideways: ${name}`);
    const hides = style.overflowY !== "visible" && style.overflowY !== "auto" && style.overflowY !== "scroll";
    if (hides && each.scrollHeight > each.clientHeight + 1) faults.push(`cut off: ${name}`);
  }
  return faults;
}"""

# What moves, or would move as soon as it changes.
MOVES = """() => {
  const longest = (list) => Math.max(...list.split(",").map((each) => parseFloat(each) * (/ms/.test(each) ? 1 : 1000)));
  const faults = document.getAnimations().map((each) => `runs: ${each.animationName ?? each.transitionProperty}`);
  for (const each of document.querySelectorAll("*"))
    for (const part of [null, "::before", "::after", "::backdrop"]) {
      const style = getComputedStyle(each, part);
      const animates = style.animationName !== "none" && longest(style.animationDuration) > 10;
      const changes = longest(style.transitionDuration) > 10 || style.scrollBehavior === "smooth";
      if (animates || changes) faults.push(`${each.localName}.${each.className}${part ?? ""}`);
    }
  return faults;
}"""

# A name does more than to be read: it became an element, ran, reaches an attribute or the window's title with its
# controls, or stands in one box with other text, whose order it then changes.
AT_WORK = f"""(name) => {{
  const controls = {CONTROLS}, faults = [];
  if (window.taken !== undefined) faults.push("a script ran");
  if (document.querySelector("img[src='x'], main b")) faults.push("markup became elements");
  if (controls.test(document.title)) faults.push("the title of the window has controls of direction");
  for (const each of document.querySelectorAll("*"))
    for (const attribute of each.attributes)
      if (controls.test(attribute.value)) faults.push(`${{each.localName}} has controls in ${{attribute.name}}`);
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const isBox = (each) => !getComputedStyle(each).display.startsWith("inline")
    || ["isolate", "isolate-override", "plaintext"].includes(getComputedStyle(each).unicodeBidi);
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {{
    if (!controls.test(text.data)) continue;
    let box = text.parentElement;
    while (!isBox(box)) box = box.parentElement;
    if (box.textContent !== name) faults.push(`is not alone in ${{box.localName}}.${{box.className}}`);
  }}
  return faults;
}}"""


def hostile(value: Any, written: frozenset[str]) -> Any:
    """A parsed JSON value in which every text whose field is one of `written` is the hostile name."""
    if isinstance(value, dict):
        return {
            key: HOSTILE if key in written and isinstance(each, str) else hostile(each, written)
            for key, each in value.items()
        }
    return [hostile(each, written) for each in value] if isinstance(value, list) else value


def lost_text(window: "Visit") -> list[str]:
    """Text that is lost on a narrow screen, with wide spacing, and with large text. The page stays as it was."""
    looks = {"320 px": (NARROW, ""), "320 px, spaced": (NARROW, SPACED), "200 %": (WIDE, LARGE)}
    found = []
    for look, (size, style) in looks.items():
        window.page.set_viewport_size(size)
        window.page.evaluate(STYLED, style)
        found += [f"{look}: {fault}" for fault in window.page.evaluate(LOST)]
        if (wider := window.overflow()) > 0:
            found.append(f"{look}: the page is {wider} px too wide")
    window.page.evaluate(STYLED, "")
    window.page.set_viewport_size(WIDE)
    return found
