// Five questions. The answers are saved after each, so that a learner goes on where they left off.
"use strict";

const QUESTIONS = [
  ["What warms the sea?", ["The sun", "The moon", "The rivers"], 0],
  ["Warm water turns into a gas. What is this step called?", ["Collection", "Evaporation", "Precipitation"], 1],
  ["What is a cloud made of?", ["Smoke", "Cotton", "Tiny drops of water"], 2],
  ["Which of these is precipitation?", ["Snow", "Fog over a lake", "A puddle"], 0],
  ["How does most rain get back to the sea?", ["It stays in the ground", "By rivers", "By ships"], 1],
];
const PASS = 60;

/** The interface that the learning platform offers in a window above this one (SCORM 1.2, RTE 3.2). */
function findApi() {
  for (let here = window, steps = 0; steps < 10; steps++, here = here.parent) {
    if (here.API) return here.API;
    if (here.parent === here) return null;
  }
  return null;
}

const api = findApi();
const get = (name) => (api ? api.LMSGetValue(name) : "");
const set = (name, value) => api && api.LMSSetValue(name, String(value));
const started = Date.now();
let answers = [];

function show() {
  const asked = answers.length;
  const [form, count] = [document.getElementById("question"), document.getElementById("count")];
  form.replaceChildren();
  document.getElementById("again").hidden = asked < QUESTIONS.length;
  document.getElementById("result").textContent = "";
  document.getElementById("review").replaceChildren(...(asked < QUESTIONS.length ? [] : QUESTIONS.map(review)));
  if (asked === QUESTIONS.length) {
    const score = percent();
    count.textContent = "All questions are answered.";
    document.getElementById("result").textContent =
      `You have ${score} of 100 points: ${score >= PASS ? "well done!" : "read the words again and try once more."}`;
    return;
  }
  count.textContent = `Question ${asked + 1} of ${QUESTIONS.length}`;
  const [question, choices] = QUESTIONS[asked];
  const group = document.createElement("fieldset");
  group.append(Object.assign(document.createElement("legend"), { textContent: question }));
  choices.forEach((choice, number) => {
    const label = document.createElement("label");
    label.append(
      Object.assign(document.createElement("input"), { type: "radio", name: "choice", value: number, required: true }),
      ` ${choice}`,
    );
    group.append(label);
  });
  form.append(group, Object.assign(document.createElement("button"), { textContent: "Answer" }));
}

/** A question with the learner's answer, and the right one if that was another. */
function review([question, choices, right], number) {
  const [item, answer] = [document.createElement("li"), answers[number]];
  const line = (text, name = "") =>
    item.append(Object.assign(document.createElement("p"), { textContent: text, className: name }));
  line(question);
  if (answer === right) line(`\u2713 Right: ${choices[right]}`, "right");
  else {
    line(`\u2717 Your answer: ${choices[answer]}`, "wrong");
    line(`The right answer: ${choices[right]}`);
  }
  return item;
}

function percent() {
  const right = answers.filter((answer, number) => answer === QUESTIONS[number][2]).length;
  return Math.round((100 * right) / QUESTIONS.length);
}

function save() {
  set("cmi.suspend_data", JSON.stringify(answers));
  set("cmi.core.lesson_location", answers.length);
  if (answers.length === QUESTIONS.length) {
    set("cmi.core.score.min", 0);
    set("cmi.core.score.max", 100);
    set("cmi.core.score.raw", percent());
    set("cmi.core.lesson_status", percent() >= PASS ? "passed" : "failed");
  } else {
    set("cmi.core.lesson_status", "incomplete");
  }
  api?.LMSCommit("");
}

function end() {
  if (!api || end.done) return;
  end.done = true;
  const seconds = Math.round((Date.now() - started) / 1000);
  const two = (number) => String(number).padStart(2, "0");
  set("cmi.core.session_time", `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`);
  set("cmi.core.exit", answers.length === QUESTIONS.length ? "" : "suspend");
  api.LMSFinish("");
}

document.getElementById("question").addEventListener("submit", (event) => {
  event.preventDefault();
  answers.push(Number(new FormData(event.target).get("choice")));
  save();
  show();
});
document.getElementById("again").addEventListener("click", () => {
  answers = [];
  show();
});
window.addEventListener("pagehide", end);

api?.LMSInitialize("");
try {
  answers = JSON.parse(get("cmi.suspend_data") || "[]");
} catch {
  answers = [];
}
show();
