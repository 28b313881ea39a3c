// The player's start: tells the page that frames it that it is ready.
import type { FromPlayer } from "../../shared/player-messages";

const ready: FromPlayer = { type: "ready" };
window.parent.postMessage(ready, "*");
