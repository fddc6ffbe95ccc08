// Drives Chromium for the tests in this folder: each line on standard input is a command in JSON, each line on
// standard output the answer to it: {"result": …} or {"error": "…"}. See browser_support.py, which speaks it.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf-8");
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-dev-shm-usage"], // as root in a container it has no sandbox and little /dev/shm
});
const pages = [];
// What the tests themselves answer in place of the exporter has a policy so that it is not taken for the exporter's.
const STUB_POLICY = "stub";

// Not page.evaluate: that is eval in the page, which its Content-Security-Policy forbids.
async function evaluate(page, expression) {
  const answer = await page.cdp.send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
  if (answer.exceptionDetails) {
    throw new Error(answer.exceptionDetails.exception?.description ?? answer.exceptionDetails.text);
  }
  return answer.result.value;
}

const commands = {
  // user: {username, password}, for a server whose certificate nobody signed. olderPage: the page is changed on its way as if it were of another version. stream: what the event stream says.
  async open({ url, colorScheme = "light", width = 1280, height = 900, olderPage = false, stream = null, user = null }) {
    const context = await browser.newContext({
      colorScheme,
      viewport: { width, height },
      reducedMotion: "reduce",
      ...(user === null ? {} : { httpCredentials: user, ignoreHTTPSErrors: true }),
    });
    const page = await context.newPage();
    const seen = { console: [], requests: [], answers: [], dialogs: 0 };
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) {
        seen.console.push(`${message.type()}: ${message.text()} (${message.location().url})`);
      }
    });
    page.on("pageerror", (error) => seen.console.push(`exception: ${error.stack ?? error}`));
    page.on("dialog", (dialog) => {
      seen.dialogs += 1;
      dialog.dismiss();
    });
    page.on("request", (request) => seen.requests.push(request.url()));
    page.on("response", (response) =>
      seen.answers.push({
        url: response.url(),
        status: response.status(),
        policy: response.headers()["content-security-policy"] ?? "",
      }),
    );
    if (olderPage) {
      await page.route(
        (at) => at.pathname === "/",
        async (route) => {
          const response = await route.fetch();
          const body = (await response.text()).replace(/(name="page-version" content=")[^"]*/, "$1of-an-older-exporter");
          await route.fulfill({ response, body });
        },
      );
    }
    if (stream !== null) {
      await page.route("**/api/v1/stream", (route) =>
        route.fulfill({
          status: 200,
          headers: { "Content-Type": "text/event-stream", "Content-Security-Policy": STUB_POLICY },
          body: stream,
        }),
      );
    }
    const number = pages.push({ page, seen, context, cdp: await context.newCDPSession(page) }) - 1;
    await page.goto(url);
    return number;
  },
  goto: ({ page, url }) => pages[page].page.goto(url).then(() => null),
  evaluate: ({ page, script }) => evaluate(pages[page], script),
  async wait({ page, script, limit }) {
    const end = Date.now() + 1000 * limit;
    for (;;) {
      const value = await evaluate(pages[page], script);
      if (value) return value;
      if (Date.now() > end) throw new Error(`waited ${limit} s in vain for ${script}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  },
  screenshot: ({ page, path }) => pages[page].page.screenshot({ path, fullPage: true }).then(() => null),
  async axe({ page }) {
    await evaluate(pages[page], `${axe}; null`);
    const found = await evaluate(pages[page], "axe.run(document, {resultTypes: ['violations']})");
    if (found.passes.length < 10) throw new Error("axe-core looked at hardly anything");
    return found.violations.map((one) => ({
      rule: one.id,
      help: one.help,
      nodes: one.nodes.slice(0, 3).map((node) => `${node.html.slice(0, 200)}: ${node.failureSummary}`),
    }));
  },
  seen: ({ page }) => Promise.resolve(pages[page].seen),
  close: ({ page }) => pages[page].context.close().then(() => null),
};

for await (const line of createInterface({ input: process.stdin })) {
  const { command, ...words } = JSON.parse(line);
  let answer;
  try {
    answer = { result: (await commands[command](words)) ?? null };
  } catch (error) {
    answer = { error: String(error.message ?? error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
await browser.close();
