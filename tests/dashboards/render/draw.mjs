// node draw.mjs INPUT.json PICTURE.png: bundles page.jsx and takes its picture in Chromium.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { build } from "esbuild";
import { chromium } from "playwright-core";

const require = createRequire(import.meta.url);
const [, , inputPath, picture] = process.argv;
const bundle = await build({
  entryPoints: [new URL("page.jsx", import.meta.url).pathname],
  bundle: true,
  write: false,
  outdir: "/made",
  format: "esm",
  define: { "process.env.NODE_ENV": '"production"', global: "window" },
  loader: { ".svg": "text", ".woff2": "dataurl", ".ttf": "dataurl" },
  // The ES modules of these take default exports of CommonJS modules for what they are in node, not in a bundle.
  alias: Object.fromEntries(["data", "ui"].map((name) => [`@grafana/${name}`, require.resolve(`@grafana/${name}`)])),
  jsx: "transform",
  logLevel: "error",
});
const made = (name) => bundle.outputFiles.find(({ path }) => path === `/made/${name}`).text;
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-dev-shm-usage"], // as root in a container
});
const page = await browser.newPage({ viewport: { width: 1920, height: 1080 } });
page.on("pageerror", (error) => console.error(`page: ${error.stack ?? error}`));
page.on("console", (message) => {
  if (message.type() === "error" && process.env.VERBOSE) console.error(`page: ${message.text()}`);
});
await page.route("http://dashboard.test/**", (route) => {
  const path = new URL(route.request().url()).pathname;
  if (path === "/")
    return route.fulfill({
      contentType: "text/html",
      body: '<link rel="stylesheet" href="/page.css"><body style="margin:0"><div id="root"></div><script src="/input.js"></script><script type="module" src="/page.js"></script>',
    });
  if (path === "/input.js")
    return route.fulfill({
      contentType: "text/javascript",
      body: `window.input = ${readFileSync(inputPath, "utf-8")}`,
    });
  if (path === "/page.js") return route.fulfill({ contentType: "text/javascript", body: made("page.js") });
  if (path === "/page.css") return route.fulfill({ contentType: "text/css", body: made("page.css") });
  return route.fulfill({ status: 404, body: "" });
});
await page.goto("http://dashboard.test/");
await page.waitForSelector("body[data-drawn]", { timeout: 60000 });
await page.screenshot({ path: picture, fullPage: true });
await browser.close();
