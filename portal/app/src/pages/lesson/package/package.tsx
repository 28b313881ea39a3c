// A package in the player of the content origin. The portal gives it its state and takes its reports, nothing else.
import { useEffect, useRef, useState } from "preact/hooks";
import { nextSeals } from "../../../../../shared/launch-secrets";
import { PackageHost } from "../../../../../shared/package-host";
import { PLAYER_SANDBOX } from "../../../../../shared/player-messages";
import type { Saved } from "../../../../../shared/runtime-saver";
import { asProblem, type Problem } from "../../../api/problem";
import { Button } from "../../../parts/button";
import { Loading, ProblemNote, Skeleton } from "../../../parts/notes";
import { finishPage, holdUntil } from "../../../shell/leaving";
import { ownName } from "../../../sign-in/own-name";
import { person } from "../../../sign-in/session";
import { plain } from "../../../texts/formats";
import { choice } from "../../../texts/language";
import type { Content } from "../load";
import { t } from "../texts";
import { resultOf } from "./result";
import { RuntimeLine } from "./runtime";

/** How often the time is looked at. A device that sleeps has no timer that ends. */
const LOOK_MS = 5_000;

interface Props {
  courseId: string;
  lessonId: string;
  title: string;
  content: Content;
  isTracked: boolean;
  /** New addresses, when the old ones have ended. */
  renew: () => Promise<Content | null>;
  /** The package has told another result, and this is saved. */
  onResult: () => void;
}

/** A package, or a lesson that is one HTML file. */
export function Package(props: Props) {
  const [{ round, content }, setOpened] = useState({ round: 0, content: props.content });
  const again = async () => {
    await finishPage();
    const next = await props.renew().catch(() => null); // without one, the player says what is wrong
    setOpened((opened) => ({ round: opened.round + 1, content: next ?? opened.content }));
  };
  return <Player key={round} {...props} content={content} onAgain={() => void again()} />;
}

type PlayerProps = Props & { onAgain: () => void };

function Player(props: PlayerProps) {
  const [isThere, setThere] = useState(false);
  const { frame, isLoading, problem, failure, outcome, shown } = usePlayer(props);
  const hasEnded = useEnd(props.content.endsAt);
  return (
    <div class="stack">
      <ProblemNote problem={problem} onRetry={props.onAgain} />
      {isLoading && (
        <Loading>
          <Skeleton lines={8} isCard />
        </Loading>
      )}
      {outcome === "superseded" && (
        <div class="note note-problem" role="alert">
          <p class="note-title">{t("package.elsewhere")}</p>
          <Button onPress={props.onAgain}>{t("package.here")}</Button>
        </div>
      )}
      {hasEnded && outcome !== "superseded" && !failure && (
        <div class="note" role="alert">
          <p class="note-title">{t("package.ended")}</p>
          <Button onPress={props.onAgain}>{t("package.again")}</Button>
        </div>
      )}
      {failure && (
        <div class="note note-problem" role="alert">
          <p class="note-title">{t("package.failed")}</p>
          <p>
            <bdi>{failure}</bdi>
          </p>
          <Button onPress={props.onAgain}>{t("package.again")}</Button>
        </div>
      )}
      {shown && shown.count > 1 && <p class="small">{t("package.item", shown)}</p>}
      {!isLoading && !problem && !isThere && (
        <p class="small" role="status">
          {t("package.loading")}
        </p>
      )}
      <iframe
        ref={frame}
        class="package"
        // The frame is there from the beginning, with an empty page.
        onLoad={(event) => setThere(event.currentTarget.src !== "")}
        hidden={isLoading || problem !== undefined}
        title={plain(props.title)}
        sandbox={PLAYER_SANDBOX}
        // Many SCORM packages save while their page is unloaded.
        allow="fullscreen; autoplay; unload"
      />
    </div>
  );
}

/** Whether the addresses of a package have ended: it cannot load its next pages. */
function useEnd(endsAt: number | undefined): boolean {
  const [hasEnded, setEnded] = useState(false);
  useEffect(() => {
    const look = () => setEnded(endsAt !== undefined && Date.now() >= endsAt);
    const timer = setInterval(look, LOOK_MS);
    return () => clearInterval(timer);
  }, [endsAt]);
  return hasEnded;
}

function usePlayer(props: PlayerProps) {
  const frame = useRef<HTMLIFrameElement>(null);
  const [isLoading, setLoading] = useState(true);
  const [problem, setProblem] = useState<Problem>();
  const [failure, setFailure] = useState("");
  const [outcome, setOutcome] = useState<Saved>();
  const [shown, setShown] = useState<{ item: number; count: number }>();
  const latest = useRef(props);
  latest.current = props;
  useEffect(() => {
    const { courseId, lessonId, content, isTracked } = latest.current;
    if (!frame.current) return;
    const line = new RuntimeLine(courseId, lessonId);
    let result = "";
    const opening = {
      kind: content.kind ?? "",
      url: content.url,
      launchUrl: content.launchUrl ?? "",
      needsStorage: content.needsStorage === true,
      learner: { id: person.value?.userId ?? "", name: "" },
      language: choice.value.language,
    };
    const host = new PackageHost(frame.current, content.playerUrl ?? "", opening, {
      load: async () => {
        // SCORM alone asks for the learner's name.
        const name = content.kind?.startsWith("scorm") ? ownName() : "";
        const runtime = isTracked ? await line.begin() : null;
        opening.learner.name = await name;
        result = resultOf(runtime?.model ?? {});
        return runtime;
      },
      put: (runtime, leaving) => line.put(runtime, leaving),
      seals: () => nextSeals(() => localStorage, opening.learner.id, `${courseId}/${lessonId}`),
      kept: () => null, // `begin` sends what waits
      keep: (runtime) => runtime && line.keep(runtime),
      saved: (next) => {
        setOutcome(next);
        const told = result;
        if (line.saved) result = resultOf(line.saved.model);
        if (result !== told) latest.current.onResult();
      },
      shown: (item, count) => setShown({ item, count }),
      failed: (_, detail) => setFailure(detail || t("package.failed")),
    });
    host
      .start()
      .catch((error) => setProblem(asProblem(error)))
      .finally(() => setLoading(false));
    const letGo = holdUntil(() => host.leave());
    return () => {
      letGo();
      line.isShown = false;
      void host.leave().finally(() => line.close());
    };
  }, []);
  return { frame, isLoading, problem, failure, outcome, shown };
}
