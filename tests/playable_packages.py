"""Course packages that do something in a browser. Tests press their buttons and read what they show."""

import json

from tests import package_zips

# Finds the run-time in the windows around it, as real packages do, and offers what it can do as functions.
_SCORM_PAGE = """<!doctype html><html lang="en"><title>A part</title>
<h1>NAME</h1><p id="seen"></p><input id="typed" aria-label="Typed">
<script>
function find(name) {
  for (let each = window, n = 0; n < 8; n += 1) {
    try { if (each[name]) return each[name]; } catch { return null; }
    if (each.parent === each) return null;
    each = each.parent;
  }
  return null;
}
const is2004 = VERSION === 2004;
const api = find(is2004 ? "API_1484_11" : "API");
const call = (old, now, ...given) => api[is2004 ? now : old](...given);
window.get = (name) => call("LMSGetValue", "GetValue", name);
window.set = (name, value) => call("LMSSetValue", "SetValue", name, value);
window.commit = () => call("LMSCommit", "Commit", "");
window.finish = () => call("LMSFinish", "Terminate", "");
window.lastError = () => call("LMSGetLastError", "GetLastError");
call("LMSInitialize", "Initialize", "");
const place = is2004 ? "cmi.location" : "cmi.core.lesson_location";
document.getElementById("seen").textContent = get(place) || "the beginning";
SCRIPT
</script></html>"""
_ON_LEAVING = """
addEventListener("unload", () => {
  set(place, "left at the end");
  finish();
});
"""


def scorm_page(version: int, name: str, script: str = "") -> str:
    """A page that begins a session. It shows the saved place, and has `get`, `set`, `commit` and `finish`."""
    page = _SCORM_PAGE.replace("VERSION", str(version)).replace("NAME", name)
    return page.replace("SCRIPT", script)


def scorm_12() -> bytes:
    """A SCORM 1.2 package of one part that passes from 80 on."""
    item = """<item identifier="i1" identifierref="r1"><title>Fire safety</title>
      <adlcp:masteryscore>80</adlcp:masteryscore><adlcp:datafromlms>from the manifest</adlcp:datafromlms></item>"""
    return package_zips.scorm_12(files={"start.html": scorm_page(12, "Fire safety", _ON_LEAVING)}, items=item)


def scorm_12_that_saves_at_the_end(event: str, *, in_a_frame: bool = False) -> bytes:
    """A SCORM 1.2 package that says everything in its page's last event, or in that of a frame in its page."""
    script = f"""
addEventListener("{event}", () => {{
  set("cmi.core.lesson_status", "passed");
  set("cmi.core.score.raw", "90");
  set(place, "left at the end");
  finish();
}});
"""
    page = scorm_page(12, "Fire safety", script)
    frame = '<!doctype html><html lang="en"><title>Frame</title><iframe src="inner.html" title="Inner"></iframe></html>'
    files = {"start.html": frame, "inner.html": page} if in_a_frame else {"start.html": page}
    return package_zips.scorm_12(files=files)


def scorm_2004() -> bytes:
    """A SCORM 2004 package of two parts and a page to read, in this order."""
    parts = [
        '<item identifier="i1" identifierref="r1"><title>First</title><imsss:sequencing><imsss:objectives>'
        '<imsss:primaryObjective objectiveID="goal" satisfiedByMeasure="true">'
        "<imsss:minNormalizedMeasure>0.6</imsss:minNormalizedMeasure></imsss:primaryObjective>"
        "</imsss:objectives></imsss:sequencing></item>",
        '<item identifier="i2" identifierref="r2"><title>Second</title></item>',
        '<item identifier="i3" identifierref="r3"><title>To read</title></item>',
    ]
    files = {"one.html": scorm_page(2004, "First"), "two.html": scorm_page(2004, "Second")}
    return package_zips.scorm_2004(
        files=files, items="".join(parts), pages=("one.html", "two.html", "read.html")
    )


def html_package() -> bytes:
    """An HTML package of several files: a module, a style sheet and a page that another one links to."""
    return package_zips.zip_of(
        {
            "index.html": '<!doctype html><html lang="en"><title>Volcanoes</title>'
            '<link rel="stylesheet" href="css/style.css"><h1>Volcanoes</h1><p id="seen"></p>'
            '<a href="pages/next.html">On</a><script type="module" src="js/main.js"></script></html>',
            "css/style.css": "h1 { color: rgb(1, 2, 3); }",
            "js/main.js": 'import { text } from "./text.js"; document.getElementById("seen").textContent = text;'
            "window.loaded = fetch('data.json').then((answer) => answer.json());",
            "js/text.js": "export const text = 'a module ran';",
            "data.json": '{"n": 7}',
            "pages/next.html": '<!doctype html><html lang="en"><title>Next</title><h1>Next page</h1></html>',
        }
    )


# A library that counts presses of two buttons, and keeps the count in its state. It reports those of one as answers.
_H5P_LIBRARY = """
var H5P = H5P || {};
H5P.TrueFalse = (function () {
  function Presses(params, id, extras) {
    H5P.EventDispatcher.call(this);
    this.count = extras && extras.previousState ? extras.previousState.count : 0;
  }
  Presses.prototype = Object.create(H5P.EventDispatcher.prototype);
  Presses.prototype.constructor = Presses;
  Presses.prototype.attach = function ($place) {
    var self = this;
    var button = document.createElement("button");
    var silent = document.createElement("button");
    var seen = document.createElement("p");
    button.textContent = "Press";
    silent.textContent = "Count";
    silent.onclick = function () {
      self.count += 1;
      seen.textContent = String(self.count);
    };
    seen.id = "seen";
    seen.textContent = String(this.count);
    button.onclick = function () {
      self.count += 1;
      seen.textContent = String(self.count);
      self.triggerXAPIScored(3, 4, "answered", true, true);
    };
    $place.get(0).append(seen, button, silent);
  };
  Presses.prototype.getCurrentState = function () { return { count: this.count }; };
  return Presses;
})();
"""


def h5p() -> bytes:
    """An H5P with a library of its own, because those of h5p.org do not all say their licence."""
    described = {
        "title": "Presses",
        "mainLibrary": "H5P.TrueFalse",
        "language": "en",
        "embedTypes": ["div"],
        "preloadedDependencies": [{"machineName": "H5P.TrueFalse", "majorVersion": 1, "minorVersion": 6}],
    }
    library = {
        "title": "Presses",
        "machineName": "H5P.TrueFalse",
        "majorVersion": 1,
        "minorVersion": 6,
        "patchVersion": 0,
        "runnable": 1,
        "preloadedJs": [{"path": "presses.js"}],
        "preloadedCss": [{"path": "presses.css"}],
    }
    return package_zips.h5p(
        files={
            "h5p.json": json.dumps(described),
            "H5P.TrueFalse-1.6/library.json": json.dumps(library),
            "H5P.TrueFalse-1.6/presses.js": _H5P_LIBRARY,
            "H5P.TrueFalse-1.6/presses.css": "#seen { color: rgb(1, 2, 3); }",
        }
    )
