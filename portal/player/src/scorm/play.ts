// Runs SCORM packages of both versions: one part at a time, in the order of the manifest. Sequencing rules are not followed.

import { inFolder, type Part } from "../launch";
import { Failure, type Model, type Running, type Setting } from "../run";
import { SHARED_ORIGIN, Stage } from "../stage";
import { text } from "../texts";
import type { Api, Offer } from "./api";
import type { Cmi } from "./data";
import { PartMenu } from "./part-menu";

/** A page that has not called the run-time by then has none to call, in milliseconds: it is something to read. */
const ASSET_AFTER = 3000;
const READ: Cmi = { completion_status: "completed" };

/** Begin with the part that was open last, or the first one. */
export async function runScorm(setting: Setting): Promise<Running> {
  const { offer } =
    setting.launch.kind === "scorm-1.2" ? await import("./scorm12") : await import("./scorm2004");
  const addresses = setting.launch.parts.map((part) => inFolder(setting.folder, part.href));
  if (addresses.includes(null)) throw new Failure("part-outside");
  return new ScormPlayer(setting, offer, addresses as string[]);
}

class ScormPlayer implements Running {
  private readonly stage: Stage;
  private readonly menu: PartMenu | null;
  private readonly kept: Map<string, Cmi>;
  private readonly parts: Part[];
  private place: number;
  private api: Api | null = null;
  private moving = false;

  constructor(
    private readonly setting: Setting,
    private readonly offer: Offer,
    private readonly addresses: string[],
  ) {
    this.parts = setting.launch.parts;
    this.kept = keptParts(this.parts, setting.saved);
    const last = this.parts.findIndex((part) => part.partId === setting.saved.current);
    this.place = Math.max(0, last);
    this.menu =
      this.parts.length > 1
        ? new PartMenu(setting.place, this.parts, (wanted) => void this.go(wanted))
        : null;
    this.stage = new Stage(setting.place, SHARED_ORIGIN, text("lesson"));
    this.open();
  }

  model(): Model | null {
    this.keep();
    if (this.menu !== null) {
      const items = Object.fromEntries([...this.kept].map(([id, cmi]) => [id, { cmi }]));
      return { items, current: this.part.partId };
    }
    const cmi = this.kept.get(this.part.partId);
    return cmi ? { cmi } : null;
  }

  async leave(): Promise<void> {
    await this.stage.clear();
    this.keep();
  }

  closing(): void {
    this.stage.drop();
    this.keep();
  }

  goOn(): void {
    this.api?.close();
    this.stage.restore();
    this.open();
  }

  private get part(): Part {
    return this.parts[this.place] as Part;
  }

  private open(): void {
    const { part } = this;
    const api = this.offer(part, this.setting.learner, sessionOf(this.kept.get(part.partId)), {
      changed: this.setting.changed,
      committed: this.setting.committed,
      // The package is still in its own call, so what it asks for waits until that has ended.
      wanted: (direction) =>
        void setTimeout(() => this.go(this.place + (direction === "next" ? 1 : -1), api), 0),
    });
    this.api = api;
    this.menu?.show(this.place);
    this.setting.shown(this.place + 1, this.parts.length);
    this.stage.show(this.addresses[this.place] as string, part.title || text("lesson"), () => {
      setTimeout(() => {
        if (this.api !== api || api.begun()) return;
        this.kept.set(part.partId, READ);
        this.setting.changed();
      }, ASSET_AFTER);
    });
  }

  /** Go to another part. `only`: only if the part of this API is still shown. */
  private async go(place: number, only: Api | null = this.api): Promise<void> {
    if (this.moving || only !== this.api || place < 0 || place >= this.parts.length) return;
    this.moving = true;
    await this.stage.clear();
    this.keep();
    this.api?.close();
    this.place = place;
    this.open();
    this.moving = false;
    this.setting.committed();
  }

  private keep(): void {
    if (this.api?.begun()) this.kept.set(this.part.partId, this.api.held());
  }
}

/** The saved state of each part. A package of one part has no ids in what is saved of it. */
function keptParts(parts: Part[], saved: Model): Map<string, Cmi> {
  const [only] = parts;
  if (parts.length === 1 && only) return new Map(isGroup(saved.cmi) ? [[only.partId, saved.cmi]] : []);
  const items = isGroup(saved.items) ? saved.items : {};
  const kept = parts.map(
    ({ partId }) => [partId, isGroup(items[partId]) ? items[partId].cmi : null] as const,
  );
  return new Map(kept.filter((each): each is [string, Cmi] => isGroup(each[1])));
}

/** What a part's last session left. Of a page that was only read there was none. */
const sessionOf = (kept: Cmi | undefined): Cmi | null =>
  kept === undefined || Object.keys(kept).every((name) => name in READ) ? null : kept;
const isGroup = (value: unknown): value is Cmi => typeof value === "object" && value !== null;
