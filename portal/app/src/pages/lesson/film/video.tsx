// A film: the browser's own player with captions, a choice of speed, keys, and a position that is never lost.
import { useEffect, useRef, useState } from "preact/hooks";
import { asProblem, Problem } from "../../../api/problem";
import { ProblemNote } from "../../../parts/notes";
import { keep, save, saveAtLeaving } from "../../../progress/outbox";
import { plain } from "../../../texts/formats";
import type { Content } from "../load";
import { t } from "../texts";
import { OFF } from "./captions";
import { Heartbeat } from "./heartbeat";
import { onKey } from "./keys";
import { useCaptions } from "./use-captions";

const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2];
const SPEED = "education.speed"; // of the local storage: the speed that this person likes
const TRIES = 3;
const RETRY_MS = 4_000;

interface Props {
  courseId: string;
  lessonId: string;
  title: string;
  content: Content;
  startAt: number;
  /** Whether positions are told: not of a teacher who only looks. */
  isTracked: boolean;
  /** New links, when the old ones have ended. */
  renew: () => Promise<Content | null>;
  onEnd: () => void;
  /** The film cannot be played: the student may go on without it. */
  onFailure: () => void;
}

/** The film and what belongs to it. */
export function Video(props: Props) {
  const film = useFilm(props);
  const tracks = film.content.captions ?? [];
  const captions = useCaptions(
    film.element,
    tracks.map((each) => each.language),
  );
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys are those of the film inside, for wherever the focus is in it.
    <div
      class="film"
      onKeyDown={(event) => film.element.current && onKey(event, film.element.current, captions.toggle)}
    >
      <video
        ref={film.element}
        controls
        playsInline
        preload="metadata"
        aria-label={plain(props.title)}
        src={film.content.url}
        {...(tracks.length ? { crossOrigin: "anonymous" as const } : {})}
        {...film.events}
      >
        {tracks.map((each) => (
          <track
            key={each.language}
            kind="captions"
            srclang={each.language}
            label={each.label}
            src={each.url}
            onError={film.onCaptionsFailure}
          />
        ))}
      </video>
      {film.state === "waiting" && (
        <p class="note" role="status">
          {t("video.waiting")}
        </p>
      )}
      {film.state === "failed" && <ProblemNote problem={film.problem} onRetry={film.retry} />}
      <div class="row">
        {tracks.length > 0 && (
          <label class="speed">
            {t("video.captions")}
            <select value={captions.shown} onInput={(event) => captions.choose(event.currentTarget.value)}>
              <option value={OFF}>{t("video.captions.off")}</option>
              {tracks.map((each) => (
                <option key={each.language} value={each.language}>
                  {plain(each.label)}
                </option>
              ))}
            </select>
          </label>
        )}
        <label class="speed">
          {t("video.speed")}
          <select
            value={String(film.speed)}
            onInput={(event) => film.setSpeed(Number(event.currentTarget.value))}
          >
            {SPEEDS.map((each) => (
              <option key={each} value={String(each)}>
                {t("video.times", { speed: each })}
              </option>
            ))}
          </select>
        </label>
      </div>
      <p class="small film-keys">{t("video.keys")}</p>
    </div>
  );
}

function useFilm(props: Props) {
  const element = useRef<HTMLVideoElement>(null);
  const [content, setContent] = useState(props.content);
  const [state, setState] = useState<"good" | "waiting" | "failed">("good");
  const [problem, setProblem] = useState<Problem>();
  const [speed, setSpeed] = useState(() => Number(localStorage.getItem(SPEED)) || 1);
  const at = useRef({ seconds: props.startAt, plays: false, isPlaced: false, tries: 0 });
  const heart = useHeartbeat(props, at.current);

  const giveUp = (cause?: Problem) => {
    const known = cause?.status ? cause : new Problem(404, "");
    setProblem(new Problem(known.status, t("video.failed"), known.detail, known.requestId, known.code));
    setState("failed");
    props.onFailure();
  };
  const renew = () => {
    setState("waiting");
    at.current.isPlaced = false;
    props.renew().then(
      (next) => {
        if (!next) return giveUp();
        if (next.url === content.url) element.current?.load();
        setContent(next);
      },
      (error) => setTimeout(failed, RETRY_MS, asProblem(error)),
    );
  };
  const failedCaptions = useRef("");
  // Captions are loaded when they are chosen, and their link may have ended while the browser has the whole film.
  const onCaptionsFailure = () => {
    if (failedCaptions.current === content.url) return;
    failedCaptions.current = content.url;
    void props.renew().then(
      (next) => {
        if (!next || next.url === content.url) return;
        at.current.isPlaced = false;
        setContent(next);
      },
      () => {},
    );
  };
  const failed = (cause?: Problem) => {
    at.current.tries += 1;
    if (cause && !cause.isPassing) giveUp(cause);
    else if (at.current.tries > TRIES && navigator.onLine) giveUp(cause);
    else if (!navigator.onLine) {
      setState("waiting");
      addEventListener("online", renew, { once: true });
    } else renew();
  };
  const place = (video: HTMLVideoElement) => {
    const isAtEnd = Number.isFinite(video.duration) && at.current.seconds >= video.duration - 1;
    if (at.current.seconds > 0 && !isAtEnd) video.currentTime = at.current.seconds;
    video.playbackRate = speed;
    at.current.isPlaced = true;
    if (at.current.plays) void video.play().catch(() => {});
  };
  useEffect(() => {
    if (element.current) element.current.playbackRate = speed;
    localStorage.setItem(SPEED, String(speed));
  }, [speed]);

  const moment = (event: { currentTarget: HTMLVideoElement }) => {
    if (!at.current.isPlaced) return;
    at.current.seconds = event.currentTarget.currentTime;
    heart.moment(at.current.seconds, Date.now());
  };
  return {
    element,
    content,
    state,
    problem,
    speed,
    setSpeed,
    onCaptionsFailure,
    retry: () => {
      at.current.tries = 0;
      renew();
    },
    events: {
      onLoadedMetadata: (event: { currentTarget: HTMLVideoElement }) => place(event.currentTarget),
      // Before the first picture: the link may turn out to have ended, and the film then starts by itself.
      onPlay: () => {
        at.current.plays = true;
      },
      onPlaying: () => setState("good"),
      onCanPlay: () => setState("good"),
      onTimeUpdate: (event: { currentTarget: HTMLVideoElement }) => {
        if (!at.current.isPlaced) return;
        if (event.currentTarget.currentTime > at.current.seconds) at.current.tries = 0;
        at.current.seconds = event.currentTarget.currentTime;
        if (!event.currentTarget.paused) heart.playing(at.current.seconds, Date.now());
      },
      onPause: (event: { currentTarget: HTMLVideoElement }) => {
        // A film that fails pauses, too; it goes on by itself then.
        if (!event.currentTarget.error) at.current.plays = false;
        moment(event);
      },
      onSeeked: moment,
      onEnded: (event: { currentTarget: HTMLVideoElement }) => {
        at.current.plays = false;
        moment(event);
        props.onEnd();
      },
      onError: () => failed(),
    },
  };
}

function useHeartbeat(props: Props, at: { seconds: number }): Heartbeat {
  const { courseId, lessonId, isTracked } = props;
  const beat = useRef<Heartbeat | null>(null);
  beat.current ??= new Heartbeat(
    {
      report: (positionSeconds) => {
        if (isTracked) void save(courseId, lessonId, { kind: "position", positionSeconds });
      },
      keep: (positionSeconds) => {
        if (isTracked) void keep(courseId, lessonId, { kind: "position", positionSeconds });
      },
    },
    props.startAt,
  );
  useEffect(() => {
    const leave = () => {
      const positionSeconds = beat.current?.last(at.seconds) ?? null;
      if (positionSeconds !== null && isTracked) {
        void saveAtLeaving(courseId, lessonId, { kind: "position", positionSeconds });
      }
    };
    const hidden = () => {
      if (document.visibilityState === "hidden") leave();
    };
    document.addEventListener("visibilitychange", hidden);
    addEventListener("pagehide", leave);
    return () => {
      document.removeEventListener("visibilitychange", hidden);
      removeEventListener("pagehide", leave);
      leave();
    };
  }, [courseId, lessonId, isTracked, at]);
  return beat.current;
}
