// Scores one page with Lighthouse in a Chromium that runs already, in the window of the person who is signed in there.
// The argument is JSON: {"port": 1234, "url": "http://…"}. Prints Lighthouse's result as JSON.
import process from "node:process";
import lighthouse from "lighthouse";
import puppeteer from "puppeteer-core";

const { port, url } = JSON.parse(process.argv[2]);
const browser = await puppeteer.connect({ browserURL: `http://127.0.0.1:${port}`, defaultViewport: null });
try {
  const { origin } = new URL(url);
  const page = (await browser.pages()).find((each) => each.url().startsWith(origin));
  if (!page) throw new Error(`no window shows ${origin}`);
  // The sign-in is in the window's storage and has to stay; files must come as at a first visit.
  const session = await page.createCDPSession();
  await session.send("Network.clearBrowserCache");
  await session.detach();
  const flags = {
    disableStorageReset: true,
    logLevel: "error",
    onlyCategories: ["performance", "accessibility", "best-practices"],
  };
  const { lhr } = await lighthouse(url, flags, undefined, page);
  process.stdout.write(JSON.stringify(lhr));
} finally {
  await browser.disconnect();
}
