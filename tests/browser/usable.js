// Prints how many milliseconds pass from the address of the page, whose token is known, until there is its first view. Each
// load is one of a browser that has not seen the page before.

import { chromium } from "playwright-core";

const [url, token] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
});
const took = [];
for (let i = 0; i < 21; i++) {
  const context = await browser.newContext();
  await context.addInitScript(
    ([key, value]) => {
      sessionStorage.setItem(key, value);
      new MutationObserver((_, observer) => {
        if (!document.querySelector("main h1")) return;
        observer.disconnect();
        requestAnimationFrame(() => {
          globalThis.usable = performance.now();
        }); // since the navigation began
      }).observe(document, { childList: true, subtree: true });
    },
    ["contacts-sandbox-token", token],
  );
  const page = await context.newPage();
  await page.goto(url);
  await page.waitForFunction(() => globalThis.usable);
  took.push(await page.evaluate(() => globalThis.usable));
  await context.close();
}
await browser.close();
console.log(JSON.stringify(took));
