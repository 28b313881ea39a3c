// A package in the player of the content origin. The portal gives it its state and takes its reports, nothing else.
import { useEffect, useRef, useState } from "preact/hooks";
import {
  type FromPlayer,
  PLAYER_SANDBOX,
  type Runtime,
  type ToPlayer,
} from "../../../../shared/player-messages";
import { useData } from "../../api/use-data";
import { Button } from "../../parts/button";
import { Loading, ProblemNote, Skeleton, StatusNote } from "../../parts/notes";
import { onRefusal, save, saveAtLeaving } from "../../progress/outbox";
import { holdUntil } from "../../shell/leaving";
import { person } from "../../sign-in/session";
import { LANGUAGE } from "../../texts";
import { plain } from "../../texts/formats";
import type { Content } from "./load";
import { beginLaunch } from "./runtime";
import { saysComplete } from "./says-complete";
import { t } from "./texts";

const LEAVE_MS = 2_000;

interface Props {
  courseId: string;
  lessonId: string;
  title: string;
  content: Content;
  isTracked: boolean;
  /** The package has said that the student has finished, and this is saved. */
  onComplete: () => void;
}

/** A package, or a lesson that is one HTML file. */
export function Package(props: Props) {
  const { content, courseId, lessonId } = props;
  const launch = useData(`runtime/${courseId}/${lessonId}`, async () =>
    props.isTracked && content.playerUrl ? beginLaunch(courseId, lessonId) : null,
  );
  if (!content.playerUrl) {
    return (
      <iframe
        class="package"
        title={plain(props.title)}
        src={content.url}
        sandbox="allow-scripts allow-forms allow-modals allow-popups allow-downloads"
        allow="fullscreen"
      />
    );
  }
  return (
    <>
      <ProblemNote problem={launch.problem} onRetry={launch.reload} />
      {launch.isLoading && (
        <Loading>
          <Skeleton lines={8} isCard />
        </Loading>
      )}
      {launch.data !== undefined && (
        <Player
          key={launch.data?.launch ?? 0}
          {...props}
          playerUrl={content.playerUrl}
          runtime={launch.data}
          onAgain={launch.reload}
        />
      )}
    </>
  );
}

function Player(props: Props & { playerUrl: string; runtime: Runtime | null; onAgain: () => void }) {
  const frame = useRef<HTMLIFrameElement>(null);
  const [item, setItem] = useState<{ item: number; count: number }>();
  const [failure, setFailure] = useState("");
  const [isElsewhere, setElsewhere] = useState(false);
  const [status, setStatus] = useState("");
  const latest = useRef(props);
  latest.current = props;
  useEffect(() => {
    const { courseId, lessonId, content, runtime, playerUrl } = latest.current;
    const origin = new URL(playerUrl).origin;
    const nonce = crypto.randomUUID();
    const tell = (message: ToPlayer) => frame.current?.contentWindow?.postMessage(message, origin);
    let hasLeft = () => {};

    const take = async (message: FromPlayer & { type: "save" }) => {
      if (!runtime) return;
      const { launch, sequence, model } = message;
      const change = { kind: "runtime", launch, sequence, model } as const;
      if (document.visibilityState === "hidden") return saveAtLeaving(courseId, lessonId, change);
      const isSent = await save(courseId, lessonId, change);
      setStatus(isSent ? "" : t("unsaved"));
      if (!isSent) return;
      tell({ type: "saved", nonce, sequence });
      if (saysComplete(model)) latest.current.onComplete();
    };
    const hear = (event: MessageEvent<FromPlayer>) => {
      if (event.origin !== origin || event.source !== frame.current?.contentWindow) return;
      const message = event.data;
      if (message?.type === "ready") {
        const who = person.value;
        tell({
          type: "open",
          nonce,
          kind: content.kind ?? "",
          url: content.url,
          launchUrl: content.launchUrl ?? "",
          runtime,
          learner: { id: who?.userId ?? "", name: who?.name ?? "" },
          language: LANGUAGE,
        });
      }
      if (!message || !("nonce" in message) || message.nonce !== nonce) return;
      if (message.type === "save") void take(message);
      else if (message.type === "title") setItem({ item: message.item, count: message.count });
      else if (message.type === "failed") setFailure(message.detail || t("package.failed"));
      else if (message.type === "left") hasLeft();
    };
    addEventListener("message", hear);
    const letGo = holdUntil(async () => {
      const left = new Promise<void>((resolve) => {
        hasLeft = resolve;
      });
      tell({ type: "leave", nonce });
      await Promise.race([left, new Promise((resolve) => setTimeout(resolve, LEAVE_MS))]);
    });
    const forget = onRefusal((update, code) => {
      if (update.change.kind === "runtime" && update.lessonId === lessonId && code === 409)
        setElsewhere(true);
    });
    return () => {
      removeEventListener("message", hear);
      letGo();
      forget();
    };
  }, []);
  return (
    <div class="stack">
      {isElsewhere && (
        <div class="note note-problem" role="alert">
          <p class="note-title">{t("package.elsewhere")}</p>
          <Button onPress={props.onAgain}>{t("package.here")}</Button>
        </div>
      )}
      {failure && (
        <div class="note note-problem" role="alert">
          <p class="note-title">{t("package.failed")}</p>
          <p>{failure}</p>
        </div>
      )}
      {item && item.count > 1 && <p class="small">{t("package.item", item)}</p>}
      <iframe
        ref={frame}
        class="package"
        title={plain(props.title)}
        src={props.playerUrl}
        sandbox={PLAYER_SANDBOX}
        allow="fullscreen; autoplay"
      />
      <StatusNote>{status}</StatusNote>
    </div>
  );
}
