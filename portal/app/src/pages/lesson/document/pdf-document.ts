// Opens PDF documents with pdf.js. Its worker is a file of the portal, loaded with the first document.
// The legacy build brings what browsers have had for some months only: older tablets and Firefox 140 ESR read it too.
import {
  GlobalWorkerOptions,
  getDocument,
  type PDFDocumentProxy,
  TextLayer,
} from "pdfjs-dist/legacy/build/pdf.mjs";
import workerAddress from "pdfjs-dist/legacy/build/pdf.worker.min.mjs?url";
import { ownWorker } from "../../../trusted-types";

/** Opens a document; `ratio` is its first page's width by its height. Throws if it cannot be read. */
export async function openPdf(url: string): Promise<{ pdf: PDFDocumentProxy; ratio: number }> {
  GlobalWorkerOptions.workerPort ??= ownWorker(workerAddress);
  // WebAssembly would need an exception in the content security policy.
  const pdf = await getDocument({ url, useWasm: false, enableXfa: false }).promise;
  const { width, height } = (await pdf.getPage(1)).getViewport({ scale: 1 });
  return { pdf, ratio: width / height };
}

/** Draws a page into a canvas of the given width in CSS pixels, with its text above it for readers and selection. */
export async function drawPage(
  pdf: PDFDocumentProxy,
  number: number,
  width: number,
  into: { canvas: HTMLCanvasElement; text: HTMLElement; frame: HTMLElement },
): Promise<void> {
  const page = await pdf.getPage(number);
  const scale = width / page.getViewport({ scale: 1 }).width;
  const viewport = page.getViewport({ scale });
  const density = Math.min(devicePixelRatio || 1, 2);
  const { canvas, text, frame } = into;
  canvas.width = Math.floor(viewport.width * density);
  canvas.height = Math.floor(viewport.height * density);
  frame.style.setProperty("--pdf-width", `${viewport.width}px`);
  frame.style.setProperty("--pdf-height", `${viewport.height}px`);
  frame.style.setProperty("--total-scale-factor", String(scale));
  await page.render({ canvas, viewport: page.getViewport({ scale: scale * density }) }).promise;
  text.replaceChildren();
  await new TextLayer({ textContentSource: page.streamTextContent(), container: text, viewport }).render();
}
