// The saved state of a package at the API. Reading it begins a new launch: an older one cannot save any more.
import type { Runtime } from "../../../../../shared/player-messages";
import type { Saved } from "../../../../../shared/runtime-saver";
import { api, ask } from "../../../api/client";
import { flush, keep, onRefusal, save, saveAtLeaving, waitingFor } from "../../../progress/outbox";

/** The state of one package: it waits on this device like all progress, until the API has it. */
export class RuntimeLine {
  /** The newest state that the package has reported. */
  newest: Runtime | null = null;
  #refusal = 0;
  readonly #forget: () => void;

  constructor(
    private readonly courseId: string,
    private readonly lessonId: string,
  ) {
    this.#forget = onRefusal(({ change, ...update }, status) => {
      if (change.kind !== "runtime" || update.courseId !== courseId || update.lessonId !== lessonId) return;
      if (change.launch === this.newest?.launch) this.#refusal = status;
    });
  }

  /** Begins a launch. Throws a `Problem`. What the last launch could not send goes first: the API would refuse it later. */
  async begin(): Promise<Runtime> {
    if (await this.#waits()) {
      await flush();
      if (await this.#waits()) throw new TypeError("the state of the last launch could not be sent");
    }
    return beginLaunch(this.courseId, this.lessonId);
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
    const isSent = await (leaving ? saveAtLeaving : save)(this.courseId, this.lessonId, change);
    if (this.#refusal === 409) return "superseded";
    if (this.#refusal !== 0) {
      this.#refusal = 0;
      return "too-large";
    }
    return isSent ? "saved" : "failed";
  }

  /** Call it when the package was left. */
  close(): void {
    this.#forget();
  }
}

async function beginLaunch(courseId: string, lessonId: string): Promise<Runtime> {
  const path = { courseId, lessonId };
  return ask(api.GET("/courses/{courseId}/lessons/{lessonId}/runtime", { params: { path } }));
}
