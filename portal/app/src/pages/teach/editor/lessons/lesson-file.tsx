// The file of a lesson: choosing one, sending it with a sign of how far it is, and what became of it.
import { useEffect, useRef, useState } from "preact/hooks";
import type { Schemas } from "../../../../api/client";
import { asProblem, type Problem } from "../../../../api/problem";
import { Button } from "../../../../parts/button";
import { ProblemNote, StatusNote } from "../../../../parts/notes";
import { Progress } from "../../../../parts/progress";
import { hasFiles } from "../../../../shell/dropped-files";
import { guardUnsaved } from "../../../../shell/unsaved";
import { Refusal } from "../../refusal";
import { teach } from "../../texts";
import { aboutFile } from "../../upload/faults";
import { offered } from "../../upload/kinds";
import { remembered } from "../../upload/memory";
import { giveUp, upload } from "../../upload/upload";
import type { Course } from "../course";

const POLL_MS = 2_000;
const POLLS = 90;

type Phase = "idle" | "sending" | "paused" | "working";

/** The panel of one lesson. */
export function LessonFile(props: {
  courseId: string;
  lesson: Schemas["Lesson"];
  titleId: string;
  reload: () => Promise<Course>;
}) {
  const { courseId, lesson } = props;
  const target = { courseId, lessonId: lesson.lessonId };
  const chooser = useRef<HTMLInputElement>(null);
  const file = useRef<File | undefined>(undefined);
  const stop = useRef<AbortController | undefined>(undefined);
  const [phase, setPhase] = useState<Phase>("idle");
  const [share, setShare] = useState(0);
  const [problem, setProblem] = useState<Problem>();
  const [said, setSaid] = useState("");
  const [isOver, setOver] = useState(false);
  const interrupted = phase === "idle" ? remembered(courseId, lesson.lessonId) : undefined;
  const isSending = phase === "sending";
  useEffect(() => {
    if (isSending) return guardUnsaved({ text: teach("upload.leave"), discard: () => stop.current?.abort() });
  }, [isSending]);
  useEffect(() => () => stop.current?.abort(), []);

  const send = async () => {
    if (!file.current) return;
    stop.current = new AbortController();
    setPhase("sending");
    setProblem(undefined);
    setSaid("");
    try {
      await upload(target, lesson.contentType, file.current, stop.current.signal, setShare);
    } catch (error) {
      setPhase(remembered(courseId, lesson.lessonId) ? "paused" : "idle");
      if (!(error instanceof DOMException && error.name === "AbortError")) {
        setProblem(aboutFile(asProblem(error), lesson.contentType));
      }
      return;
    }
    setPhase("working");
    try {
      setSaid(await outcome(props.reload, lesson));
    } catch (error) {
      setProblem(asProblem(error));
    }
    setPhase("idle");
  };
  const cancel = async () => {
    stop.current?.abort();
    file.current = undefined;
    setShare(0);
    setPhase("idle");
    await giveUp(target).catch((error) => setProblem(asProblem(error)));
  };

  const takes = (event: DragEvent) => {
    if (phase !== "idle" || !hasFiles(event)) return false;
    event.preventDefault();
    return true;
  };

  const chooseId = `file-${lesson.lessonId}`;
  return (
    <fieldset
      class={`stack${isOver ? " lesson-card-over" : ""}`}
      aria-labelledby={props.titleId}
      onDragOver={(event) => setOver(takes(event))}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        setOver(false);
        if (!takes(event)) return;
        file.current = event.dataTransfer?.files[0];
        void send();
      }}
    >
      <State lesson={lesson} />
      <input
        ref={chooser}
        id={chooseId}
        type="file"
        hidden
        aria-label={teach("upload.choose", { title: lesson.title })}
        accept={offered(lesson.contentType)}
        onChange={(event) => {
          file.current = event.currentTarget.files?.[0];
          event.currentTarget.value = "";
          void send();
        }}
      />
      {interrupted && <p class="note">{teach("upload.interrupted", { name: interrupted.name })}</p>}
      {(phase === "sending" || phase === "paused") && (
        <Progress value={share * 100} label={teach("upload.progress", { title: lesson.title })} />
      )}
      {phase === "working" && <p role="status">{teach("upload.working")}</p>}
      {phase === "idle" && (
        <p class="hint" id={`takes-${lesson.lessonId}`}>
          {teach(`lesson.kind.${lesson.contentType}`)} {lesson.hasContent && teach("upload.replaces")}
        </p>
      )}
      <ProblemNote problem={problem} onRetry={phase === "paused" ? () => void send() : undefined} />
      <div class="row">
        {(phase === "idle" || phase === "working") && (
          <Button
            isBusy={phase === "working"}
            describedBy={`${props.titleId} takes-${lesson.lessonId}`}
            onPress={() => chooser.current?.click()}
          >
            {teach("upload.file")}
          </Button>
        )}
        {phase === "sending" && (
          <Button onPress={() => stop.current?.abort()}>{teach("upload.pause")}</Button>
        )}
        {phase === "paused" && !problem && (
          <Button look="main" onPress={() => void send()}>
            {teach("upload.resume")}
          </Button>
        )}
        {(phase === "sending" || phase === "paused" || interrupted) && (
          <Button look="danger" onPress={() => void cancel()}>
            {teach("upload.give-up")}
          </Button>
        )}
      </div>
      <StatusNote>{said}</StatusNote>
    </fieldset>
  );
}

/** What the lesson has, in words, with the sentence that says what to mend. */
function State(props: { lesson: Schemas["Lesson"] }) {
  const { content, hasContent } = props.lesson;
  const name = content.fileName;
  if (content.state === "failed") {
    return (
      <div class="note note-problem" role="alert">
        <p class="note-title">{teach("content.failed", { name: name ?? "" })}</p>
        <Refusal code={content.code} detail={content.detail} />
        {hasContent && <p>{teach("content.failed.before")}</p>}
      </div>
    );
  }
  if (content.state === "processing") return <p class="badge">{teach("content.processing")}</p>;
  if (content.state === "none") return <p class="small">{teach("content.none")}</p>;
  return (
    <p class="small">
      {teach("content.ready")} {name && <bdi>{name}</bdi>} {content.kind && teach(`kind.${content.kind}`)}
    </p>
  );
}

/** Waits until the file has become the lesson's content; the sentence that tells it. */
async function outcome(reload: () => Promise<Course>, before: Schemas["Lesson"]): Promise<string> {
  const known = JSON.stringify(before.content);
  for (let poll = 0; poll < POLLS; poll++) {
    await new Promise((done) => setTimeout(done, POLL_MS));
    const lesson = (await reload()).lessons.find((each) => each.lessonId === before.lessonId);
    if (!lesson) return "";
    const { content } = lesson;
    if (content.state === "failed") return "";
    // The same file again leaves the same state, so a second look at a ready lesson is enough.
    if (content.state === "ready" && (JSON.stringify(content) !== known || poll >= 2)) {
      return teach("upload.done");
    }
  }
  return teach("upload.late");
}
