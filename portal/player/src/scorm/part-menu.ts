// The bar above a package of several parts: where the learner is, one on, one back, and all parts to choose from.

import type { Part } from "../launch";
import { text } from "../texts";

export class PartMenu {
  private readonly bar = document.createElement("nav");
  private readonly status = document.createElement("p");
  private readonly previous: HTMLButtonElement;
  private readonly next: HTMLButtonElement;
  private readonly all = document.createElement("details");
  private readonly choices: HTMLButtonElement[];
  private place = 0;

  /** `go` is called with the number of the part that the learner chose, from 0. */
  constructor(
    parent: HTMLElement,
    private readonly parts: Part[],
    go: (place: number) => void,
  ) {
    this.bar.className = "parts";
    this.bar.setAttribute("aria-label", text("parts"));
    this.status.setAttribute("role", "status");
    this.previous = button(text("previous"), () => go(this.place - 1));
    this.next = button(text("next"), () => go(this.place + 1));
    const summary = document.createElement("summary");
    summary.textContent = text("allParts");
    const list = document.createElement("ol");
    this.choices = parts.map((_, place) =>
      button(this.titleOf(place), () => {
        this.all.open = false;
        summary.focus();
        go(place);
      }),
    );
    for (const choice of this.choices) {
      const entry = document.createElement("li");
      entry.append(choice);
      list.append(entry);
    }
    this.all.append(summary, list);
    this.all.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !this.all.open) return;
      this.all.open = false;
      summary.focus();
    });
    this.bar.append(this.all, this.status, this.previous, this.next);
    parent.append(this.bar);
  }

  /** Say which part is shown. A button without a part to go to keeps the focus, so that it is not lost. */
  show(place: number): void {
    this.place = place;
    this.status.textContent = text("place", {
      item: place + 1,
      count: this.parts.length,
      title: this.titleOf(place),
    });
    this.previous.setAttribute("aria-disabled", String(place === 0));
    this.next.setAttribute("aria-disabled", String(place === this.parts.length - 1));
    this.choices.forEach((choice, n) => {
      if (n === place) choice.setAttribute("aria-current", "step");
      else choice.removeAttribute("aria-current");
    });
  }

  private titleOf(place: number): string {
    return this.parts[place]?.title || text("untitled", { item: place + 1 });
  }
}

function button(label: string, action: () => void): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = label;
  made.dir = "auto"; // a title of the package
  made.addEventListener("click", action);
  return made;
}
