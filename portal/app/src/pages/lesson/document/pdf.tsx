// A document: its pages one below the other, drawn when they come into view.
import type { PDFDocumentProxy } from "pdfjs-dist/legacy/build/pdf.mjs";
import { useEffect, useRef, useState } from "preact/hooks";
import { Problem } from "../../../api/problem";
import { useAction } from "../../../api/use-action";
import { Button } from "../../../parts/button";
import { Loading, ProblemNote, Skeleton } from "../../../parts/notes";
import { saveFile } from "../../../parts/save-file";
import { save } from "../../../progress/outbox";
import type { Content } from "../load";
import { t } from "../texts";

const ZOOMS = [0.75, 1, 1.25, 1.5, 2];
const REPORT_AFTER_MS = 1_500;

interface Props {
  courseId: string;
  lessonId: string;
  content: Content;
  /** The page where the student stopped, from 0. A document's position is its page. */
  startAt: number;
  /** Whether the student has finished it before. */
  isFinished: boolean;
  isTracked: boolean;
  renew: () => Promise<Content | null>;
}

/** The document. */
export function Pdf(props: Props) {
  const [pdf, setPdf] = useState<Opened>();
  const [problem, setProblem] = useState<Problem>();
  const [round, setRound] = useState(0);
  const latest = useRef(props);
  latest.current = props;
  // The document is opened again only when the student asks for it: a renewed link is the same document.
  useEffect(() => {
    let isWanted = true;
    let opened: Opened | undefined;
    open(latest.current).then(
      (document) => {
        opened = document;
        if (isWanted) setPdf(document);
      },
      (error) => isWanted && setProblem(unreadable(error)),
    );
    return () => {
      isWanted = false;
      void opened?.pdf.loadingTask.destroy();
    };
  }, [round]);
  const retry = () => {
    setProblem(undefined);
    setPdf(undefined);
    setRound((each) => each + 1);
  };
  return (
    <div class="stack">
      <ProblemNote problem={problem} onRetry={retry} />
      {!pdf && !problem && (
        <Loading>
          <Skeleton lines={10} isCard />
        </Loading>
      )}
      {pdf && <Pages {...props} {...pdf} onFailure={(error) => setProblem(unreadable(error))} />}
    </div>
  );
}

/** What pdf.js says of a file is not for students. */
function unreadable(error: unknown): Problem {
  return error instanceof Problem ? error : new Problem(404, t("file.failed"));
}

/** A document, and its first page's width divided by its height: the place that pages take before they are drawn. */
interface Opened {
  pdf: PDFDocumentProxy;
  ratio: number;
}

async function open(props: Props): Promise<Opened> {
  const { openPdf } = await import("./pdf-document");
  try {
    return await openPdf(props.content.url);
  } catch (error) {
    const next = await props.renew(); // the link may have ended
    if (!next) throw error;
    return openPdf(next.url);
  }
}

function Pages(props: Props & Opened & { onFailure: (error: unknown) => void }) {
  const { pdf, courseId, lessonId, isTracked } = props;
  const [zoom, setZoom] = useState(1);
  const [page, setPage] = useState(() => Math.min(pdf.numPages, props.startAt + 1));
  const list = useRef<HTMLOListElement>(null);
  const first = useRef(page);
  // The page on which it is opened is told as well: *Continue* leads to the lesson that was open last.
  const told = useRef(props.isFinished ? page : 0);
  useEffect(() => {
    if (first.current > 1) list.current?.children[first.current - 1]?.scrollIntoView();
  }, []);
  useEffect(() => {
    if (!isTracked || page === told.current) return;
    const timer = setTimeout(() => {
      told.current = page;
      void save(courseId, lessonId, { kind: "position", positionSeconds: page - 1 });
    }, REPORT_AFTER_MS);
    return () => clearTimeout(timer);
  }, [page, courseId, lessonId, isTracked]);
  const at = ZOOMS.indexOf(zoom);
  const fileName = props.content.fileName || "document.pdf";
  const download = useAction(async () => {
    saveFile(fileName, new Blob([new Uint8Array(await pdf.getData())], { type: "application/pdf" }));
  });
  const step = (by: number) => setZoom(ZOOMS[at + by] ?? zoom);
  return (
    <>
      <div class="row row-spread pdf-bar">
        <p>{t("pdf.page", { page, count: pdf.numPages })}</p>
        <div class="row">
          <Button onPress={() => step(-1)} isDisabled={at === 0}>
            {t("pdf.smaller")}
          </Button>
          <Button onPress={() => step(1)} isDisabled={at === ZOOMS.length - 1}>
            {t("pdf.larger")}
          </Button>
          <Button isBusy={download.isRunning} onPress={() => download.run()}>
            {t("pdf.download", { file: fileName })}
          </Button>
        </div>
      </div>
      <ProblemNote problem={download.problem} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: an enlarged document is scrolled by keyboard. */}
      <section class="pdf-scroll" tabIndex={0} aria-label={t("pdf.pages")}>
        <ol ref={list} class="pdf" style={{ "--pdf-ratio": props.ratio }}>
          {Array.from({ length: pdf.numPages }, (_, each) => (
            <PdfPage
              key={each}
              pdf={pdf}
              number={each + 1}
              zoom={zoom}
              onSeen={setPage}
              onFailure={props.onFailure}
            />
          ))}
        </ol>
      </section>
    </>
  );
}

function PdfPage(props: {
  pdf: PDFDocumentProxy;
  number: number;
  zoom: number;
  onSeen: (page: number) => void;
  onFailure: (error: unknown) => void;
}) {
  const { pdf, number, zoom } = props;
  const frame = useRef<HTMLLIElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const text = useRef<HTMLDivElement>(null);
  const [isNear, setNear] = useState(false);
  const latest = useRef(props);
  latest.current = props;
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const near = new IntersectionObserver(([each]) => each?.isIntersecting && setNear(true), {
      rootMargin: "800px",
    });
    // The page that crosses the middle of the window is the one that is read.
    const read = new IntersectionObserver(([each]) => each?.isIntersecting && latest.current.onSeen(number), {
      rootMargin: "-45% 0px -45% 0px",
    });
    near.observe(element);
    read.observe(element);
    return () => {
      near.disconnect();
      read.disconnect();
    };
  }, [number]);
  useEffect(() => {
    if (!isNear || !canvas.current || !text.current || !frame.current) return;
    const into = { canvas: canvas.current, text: text.current, frame: frame.current };
    const width = Math.max(200, (frame.current.parentElement?.parentElement?.clientWidth ?? 800) - 2) * zoom;
    import("./pdf-document")
      .then(({ drawPage }) => drawPage(pdf, number, width, into))
      .catch((error) => latest.current.onFailure(error));
  }, [isNear, zoom, pdf, number]);
  return (
    <li ref={frame} class="pdf-page">
      <canvas ref={canvas} />
      <div ref={text} class="textLayer" />
    </li>
  );
}
