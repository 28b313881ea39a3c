// The saved state of a package at the API. Reading it begins a new launch: an older one cannot save any more.
import type { Runtime } from "../../../../../shared/player-messages";
import type { Saved } from "../../../../../shared/runtime-saver";
import { api, ask } from "../../../api/client";
import { noAnswer } from "../../../api/problem";
import { flush, keep, onRefusal, save, saveAtLeaving, waitingFor } from "../../../progress/outbox";

/** The state of one package: it waits on this device like all progress, until the API has it. */
export class RuntimeLine {
  /** The newest state that the package has reported. */
  newest: Runtime | null = null;
  /** The newest state that the API has. */
  saved: Runtime | null = null;
  /** Whether the package is on the page, which tells that it was opened elsewhere. */
  isShown = true;
  #isSuperseded = false;
  readonly #forget: () => void;

  constructor(
    private readonly courseId: string,
    private readonly lessonId: string,
  ) {
    // Another tab's round, or one for another lesson, may be the one that hears of it.
    this.#forget = onRefusal(({ change, ...update }, problem) => {
      if (change.kind !== "runtime" || update.courseId !== courseId || update.lessonId !== lessonId)
        return false;
      if (change.launch !== this.newest?.launch || problem.code !== "other-launch") return false;
      const isTold = this.isShown || this.#isSuperseded;
      this.#isSuperseded = true;
      return isTold;
    });
  }

  /** Begins a launch. Throws a `Problem`. What the last launch could not send goes first: the API would refuse it later. */
  async begin(): Promise<Runtime> {
    if (await this.#waits()) {
      await flush();
      if (await this.#waits()) throw noAnswer();
    }
    const path = { courseId: this.courseId, lessonId: this.lessonId };
    return ask(api.GET("/courses/{courseId}/lessons/{lessonId}/runtime", { params: { path } }));
  }

  async #waits(): Promise<boolean> {
    const waiting = await waitingFor(this.courseId, this.lessonId);
    return waiting.some((each) => each.change.kind === "runtime");
  }

  keep(runtime: Runtime): void {
    this.newest = runtime;
    void keep(this.courseId, this.lessonId, { kind: "runtime", ...runtime });
  }

  async put(runtime: Runtime, leaving: boolean): Promise<Saved> {
    const change = { kind: "runtime", ...runtime } as const;
    if (leaving) {
      const isSent = await saveAtLeaving(this.courseId, this.lessonId, change);
      if (isSent) this.saved = runtime;
      return isSent ? "saved" : "failed";
    }
    const fate = await save(this.courseId, this.lessonId, change);
    if (this.#isSuperseded) return "superseded";
    if (fate === "sent") {
      this.saved = runtime;
      return "saved";
    }
    return fate === "waits" ? "failed" : "refused";
  }

  /** Call it when the package was left. */
  close(): void {
    this.#forget();
  }
}
