// What other sites can do with a browser that is signed in here: their forms and scripts ask in vain, their frames
// stay empty, their messages are not heard, the cookies that they plant are nobody's, nothing here leads to them, and
// what is personal is kept nowhere and opened as no page. In a real browser, with sites of the same host, of a
// neighbouring name and of another one.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { configuration } from "./attacks/center.mjs";
import { launch, Person } from "./lib/browser.mjs";
import { Server } from "./lib/server.mjs";
import { until } from "./lib/until.mjs";

const kSession = "__Host-wissel";

let folder, server, browser, anna, evil, tracking;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), "wissel-cross-site-"));
  evil = createServer((request, response) => {
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.end(`<!doctype html><title>Elsewhere</title><p>${request.url.length}`);
  });
  await new Promise((done) => evil.listen(0, "127.0.0.1", done));
  // The widget's page is of the one site that may show the chat.
  const text = configuration(["text", "multiline"]).replace("http://localhost:1", `http://localhost:${evil.address().port}`);
  writeFileSync(join(folder, "center.yaml"), text);
  server = await Server.start({ config: join(folder, "center.yaml"), data: join(folder, "data") });
  browser = await launch();
  anna = await Person.enter(browser, server, { language: "en" });
  await anna.signIn("Anna");
  tracking = (await server.ask("FormService/SubmitForm", { form: "forms/any", fields: [{ name: "f0", value: "<script>alert(1)</script>" }], language: "en" })).trackingToken;
});
after(async () => {
  await anna?.leave();
  await browser?.close();
  await server?.stop();
  evil?.close();
  rmSync(folder, { recursive: true, force: true });
});

const at = (host) => `http://${host}:${evil.address().port}/`;
// As "desk.center.localhost": a name of its own for this machine.
const under = (host) => server.http.replace("127.0.0.1", host);
const sessionOf = async (person) => (await person.context.cookies()).find(({ name }) => name === kSession)?.value;
const signedIn = async () => (await anna.page.evaluate(() => fetch("/wissel.v1.AuthService/GetCurrentUser", {
  method: "POST", headers: { "content-type": "application/json" }, body: "{}",
}).then((answer) => answer.status))) === 200;
const stage = async () => (await server.ask("TrackingService/GetTracking", { token: tracking })).stage;

// A page of a site that is not ours, in the browser that is signed in; the statuses that our server answers it with.
async function visitor(host = "127.0.0.1") {
  const page = await anna.context.newPage();
  await page.goto(at(host));
  page.statuses = [];
  page.on("response", (response) => response.url().startsWith(server.http) && page.statuses.push(response.status()));
  return page;
}

describe("a form of another site", () => {
  const forms = {
    "that looks like JSON": { action: "/wissel.v1.AuthService/SignOutUser", enctype: "text/plain", fields: { '{"x":"': '"}' } },
    "of the plain kind": { action: "/wissel.v1.AuthService/SignOutUser", fields: {} },
    "with a file's encoding": { action: "/wissel.v1.AuthService/SignOutUser", enctype: "multipart/form-data", fields: { a: "b" } },
  };
  for (const [what, { action, enctype, fields }] of Object.entries(forms)) {
    for (const host of ["127.0.0.1", "localhost"]) {
      test(`${what}, from ${host}, signs nobody out`, async () => {
        const page = await visitor(host);
        const answered = page.waitForResponse((response) => response.url() === server.http + action);
        await page.evaluate(send, { action: server.http + action, enctype, fields });
        assert.ok([403, 415].includes((await answered).status()));
        await page.close();
        assert.ok(await signedIn());
      });
    }
  }

  test("does not withdraw a customer's request", async () => {
    const page = await visitor("localhost");
    const action = `${server.http}/track/${tracking}`;
    const answered = page.waitForResponse((response) => response.url() === action);
    await page.evaluate(send, { action, fields: { do: "cancel" } });
    assert.equal((await answered).status(), 403);
    await page.close();
    assert.notEqual(await stage(), "CANCELLED");
  });

  function send({ action, enctype, fields }) {
    const form = Object.assign(document.createElement("form"), { method: "post", action, enctype: enctype ?? "" });
    for (const [name, value] of Object.entries(fields)) form.append(Object.assign(document.createElement("input"), { name, value }));
    document.body.append(form);
    form.submit();
  }
});

test("a script of another site reads nothing and changes nothing, with cookies and without", async () => {
  for (const host of ["127.0.0.1", "localhost"]) {
    const page = await visitor(host);
    const outcomes = await page.evaluate(async (http) => {
      const message = encodeURIComponent("{}");
      const tries = [
        ["/wissel.v1.AuthService/SignOutUser", { method: "POST", body: "{}", headers: { "content-type": "application/json" } }],
        ["/wissel.v1.AuthService/SignOutUser", { method: "POST", body: "{}", mode: "no-cors" }],
        ["/wissel.v1.AuthService/SignOutUser", { method: "POST", body: new Blob(["{}"], { type: "application/json" }) }],
        ["/wissel.v1.AuthService/SignOutUser", { method: "PUT", body: "{}" }],
        [`/wissel.v1.LiveService/GetLive?connect=v1&encoding=json&message=${message}`, {}],
        [`/wissel.v1.AuthService/GetCurrentUser?connect=v1&encoding=json&message=${message}`, { mode: "no-cors" }],
        ["/", {}],
        ["/metrics", {}],
      ];
      navigator.sendBeacon(`${http}/wissel.v1.AuthService/SignOutUser`, new Blob(["{}"], { type: "text/plain" }));
      return Promise.all(tries.map(([path, options]) =>
        fetch(http + path, { credentials: "include", ...options }).then(async (answer) => (await answer.text()) || "nothing", () => "blocked")));
    }, server.http);
    assert.deepEqual(outcomes.filter((outcome) => !["blocked", "nothing"].includes(outcome)), []);
    // As a script, an image, a style sheet: nothing of ours loads there but the widget.
    const loaded = await page.evaluate((urls) => Promise.all(urls.map((url) => new Promise((done) => {
      const script = Object.assign(document.createElement("script"), { src: url, onload: () => done(url), onerror: () => done(null) });
      document.head.append(script);
    }))), ["/", "/favicon.svg", `/track/${tracking}`].map((path) => server.http + path));
    assert.deepEqual(loaded.filter(Boolean), []);
    await page.close();
  }
  assert.ok(await signedIn());
});

test("no page is shown in another site's frame, the customers' neither", async () => {
  const page = await visitor("localhost");
  for (const path of ["/", "/desk", "/live", `/track/${tracking}`, "/form/any", "/signin/oidc", "/unsubscribe/x"]) {
    const refused = page.waitForEvent("console", { predicate: (line) => /frame-ancestors|Refused to|refused to connect/i.test(line.text()) });
    await page.evaluate((src) => document.body.append(Object.assign(document.createElement("iframe"), { src })), server.http + path);
    await refused;
    assert.equal(await page.frameLocator("iframe").last().locator("main, form, #app").count(), 0, path);
  }
  await page.close();
});

test("what another frame says, the widget and the chat in it do not hear", async () => {
  const page = await visitor("localhost");
  await page.evaluate((src) => {
    const script = Object.assign(document.createElement("script"), { src });
    script.dataset.topic = "queues/chat";
    document.head.append(script);
  }, `${under("localhost")}/widget.js`);
  await page.locator("button.open").click();
  const chat = page.frameLocator("iframe").first();
  await chat.getByLabel(anna.t("chat.question")).waitFor();
  // A frame of a third site, beside the widget's.
  await page.evaluate((src) => document.body.append(Object.assign(document.createElement("iframe"), { src, name: "third" })), at("127.0.0.1"));
  const third = await until(() => page.frames().find((each) => each.name() === "third" && each.url() === at("127.0.0.1")));
  await third.evaluate(() => {
    const frames = [parent, ...Array.from({ length: parent.length }, (_, i) => parent[i])];
    for (const each of frames) {
      each.postMessage({ wissel: "close" }, "*");
      each.postMessage({ wissel: "state", unread: 99, going: true }, "*");
      each.postMessage({ wissel: "shown", shown: false }, "*");
      each.postMessage({ wissel: "ready" }, "*");
      each.postMessage("<img src=x onerror=alert(1)>", "*");
      each.postMessage(null, "*");
    }
    // Heard after these: what is sent to oneself comes last.
    return new Promise((done) => (addEventListener("message", done), postMessage("last", "*")));
  });
  await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
  assert.ok(await page.getByRole("dialog").isVisible(), "still open");
  assert.equal(await page.getByRole("button", { name: "99" }).count(), 0);
  await page.close();
});

test("a window that another site has opened cannot be reached from it", async () => {
  const page = await visitor("localhost");
  const [popup] = await Promise.all([page.waitForEvent("popup"), page.evaluate((url) => void (globalThis.theirs = open(url)), `${server.http}/chat`)]);
  await popup.getByLabel(anna.t("chat.question")).waitFor();
  assert.equal(await page.evaluate(() => globalThis.theirs.closed), true, "its handle is cut off");
  assert.equal(await popup.evaluate(() => opener), null);
  await popup.close();
  await page.close();
});

describe("a cookie that was planted", () => {
  test("by a neighbouring name is none of ours", async () => {
    const mallory = await Person.enter(browser, server, { language: "en" });
    const { token } = await server.ask("AuthService/SignInUser", { user: "anna", password: "demo" });
    await mallory.page.goto(at("evil.center.localhost"));
    await mallory.page.evaluate(([name, token]) => {
      document.cookie = "control=1; Domain=center.localhost; Path=/";
      for (const each of [name, name.toLowerCase(), "wissel", "__Secure-wissel"]) {
        document.cookie = `${each}=${token}; Domain=center.localhost; Path=/; Secure`;
        document.cookie = `${each}=${token}; Domain=center.localhost; Path=/wissel.v1.AuthService; Secure`;
      }
    }, [kSession, token]);
    const home = under("desk.center.localhost");
    const known = await mallory.context.cookies(home);
    assert.ok(known.some(({ name }) => name === "control"), "a neighbour can plant cookies at all");
    assert.ok(!known.some(({ name }) => name === kSession));
    await mallory.page.goto(`${home}/chat`);
    const status = await mallory.page.evaluate(() => fetch("/wissel.v1.AuthService/GetCurrentUser", {
      method: "POST", headers: { "content-type": "application/json" }, body: "{}",
    }).then((answer) => answer.status));
    assert.equal(status, 401);
    await mallory.leave();
  });

  test("before a sign-in is not the one after it, and each sign-in has its own", async () => {
    const mallory = await Person.enter(browser, server, { language: "en" });
    const { token } = await server.ask("AuthService/SignInUser", { user: "anna", password: "demo" });
    await mallory.context.addCookies([{ name: kSession, value: token, domain: "127.0.0.1", path: "/", secure: true, httpOnly: true, sameSite: "Strict" }]);
    await mallory.open("/chat");
    const signIn = () => mallory.page.evaluate(() => fetch("/wissel.v1.AuthService/SignInUser", {
      method: "POST", headers: { "content-type": "application/json" },
      body: JSON.stringify({ user: "anna", password: "demo", browserSession: true }),
    }).then((answer) => answer.json()));
    const seen = [token];
    for (let time = 0; time < 3; ++time) {
      assert.equal((await signIn()).token, undefined, "no script sees it");
      const now = await sessionOf(mallory);
      assert.ok(!seen.includes(now));
      seen.push(now);
    }
    // The one that was planted is a session of its own: its end is not theirs.
    await server.ask("AuthService/SignOutUser", {}, token);
    assert.equal((await server.call("AuthService/GetCurrentUser", {}, token)).status, 401);
    assert.equal((await server.call("AuthService/GetCurrentUser", {}, seen.at(-1))).status, 200);
    await mallory.leave();
  });
});

test("no address here leads elsewhere", async () => {
  const away = ["//evil.test", "/\\evil.test", "https://evil.test/", "%2f%2fevil.test", "javascript:alert(1)", "%0d%0aLocation:%20https://evil.test"];
  const paths = away.flatMap((to) => [
    `/${to}`, `/signin/oidc?next=${to}`, `/signin/oidc?redirect_uri=${to}`, `/signin/callback?state=x&code=y&next=${to}`, `/signin/${to}`,
    `/?next=${to}`, `/desk?next=${to}`, `/track/${tracking}?next=${to}`, `/track/${to}`, `/form/any?lang=${to}`, `/form/${to}`, `/unsubscribe/${to}`, `/chat?topic=${to}`,
  ]);
  for (const path of paths) {
    for (const method of ["GET", "POST"]) {
      const answer = await fetch(server.http + path, {
        method, redirect: "manual", headers: { host: "evil.test", ...(method === "POST" ? { "content-type": "application/x-www-form-urlencoded" } : {}) }, body: method === "POST" ? "a=b" : undefined,
      });
      const location = answer.headers.get("location");
      assert.ok(location === null || /^\/(?![/\\])/.test(location), `${method} ${path}: ${location}`);
      assert.equal(answer.headers.get("refresh"), null);
    }
  }
  const person = await Person.enter(browser, server, { language: "en" });
  for (const to of away) {
    await person.open(`/?next=${to}`);
    await person.signIn("Anna");
    assert.equal(new URL(person.page.url()).origin, server.http);
    await person.context.clearCookies();
    await person.page.evaluate(() => localStorage.clear());
  }
  await person.leave();
});

test("what is personal is kept nowhere, and nothing that people wrote is opened as a page", async () => {
  const message = encodeURIComponent(JSON.stringify({ token: tracking }));
  const method = `/wissel.v1.TrackingService/GetTracking?connect=v1&encoding=json&message=${message}`;
  const token = await server.token("admin");
  const asked = { [method]: {}, [`/track/${tracking}`]: {}, "/form/any": {}, "/unsubscribe/x": {},
    "/wissel.v1.AuthService/GetCurrentUser": { method: "POST", headers: { "content-type": "application/json", authorization: `Bearer ${token}` }, body: "{}" } };
  for (const [path, options] of Object.entries(asked)) {
    const { headers } = await fetch(server.http + path, options);
    assert.equal(headers.get("cache-control"), "no-store", path);
    assert.equal(headers.get("x-content-type-options"), "nosniff", path);
  }
  const page = await anna.context.newPage();
  const download = page.waitForEvent("download");
  await page.goto(server.http + method).catch(() => {});
  assert.match(await (await download).url(), /GetTracking/);
  assert.equal(page.url(), "about:blank", "it is saved, and not shown");
  await page.close();
  // Back after signing out: a browser shows no page of its memory with what is personal in it.
  const page2 = await anna.context.newPage();
  await page2.goto(`${server.http}/track/${tracking}`);
  assert.equal(await page2.locator("script").count(), 0);
  assert.match(await page2.locator("main").innerText(), /waiting|turn|received/i);
  await page2.close();
});

test("no script of a page makes markup of text, and the customers' pages run none", async () => {
  const page = await anna.context.newPage();
  for (const path of ["/", "/chat", "/desk", "/nothing", `/track/${tracking}`, "/form/any"]) {
    await page.goto(server.http + path);
    const outcomes = await page.evaluate(() => {
      const tries = [
        () => (document.body.innerHTML = "<b>x</b>"),
        () => document.body.insertAdjacentHTML("beforeend", "<b>x</b>"),
        () => (document.createElement("iframe").srcdoc = "<b>x</b>"),
        () => (document.createElement("script").src = "/x.js"),
        () => (document.createElement("script").text = "1"),
        () => new DOMParser().parseFromString("<b>x</b>", "text/html"),
        () => document.write("<b>x</b>"),
        () => globalThis.trustedTypes.createPolicy("another", { createHTML: (text) => text }),
        () => globalThis.trustedTypes.createPolicy("default", { createHTML: (text) => text }),
      ];
      return tries.map((each) => {
        try {
          each();
          return String(each);
        } catch (error) {
          return error.name;
        }
      });
    });
    assert.deepEqual(outcomes, outcomes.map(() => "TypeError"), path);
  }
  await page.close();
  for (const path of [`/track/${tracking}`, "/form/any", "/unsubscribe/x"]) {
    const policy = (await fetch(server.http + path)).headers.get("content-security-policy");
    assert.match(policy, /script-src 'none'; require-trusted-types-for 'script'; trusted-types 'none';/, path);
  }
});

test("no page had an error of its own", () => {
  assert.deepEqual(anna.troubles, []);
});
