// Sessions of browsers: a cookie that no script can read, worth nothing to other pages, ended for good by signing out.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { launch, Person } from "./lib/browser.mjs";
import { Server } from "./lib/server.mjs";
import { until } from "./lib/until.mjs";

const kSession = "__Host-wissel";

let server;
let browser;

before(async () => {
  server = await Server.start();
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

async function sessionOf(person) {
  return (await person.context.cookies()).find(({ name }) => name === kSession);
}

// A call as a browser makes it for a page of `origin`.
function callWith(cookie, origin, more = {}) {
  return fetch(`${server.http}/wissel.v1.AuthService/GetCurrentUser`, {
    method: "POST",
    headers: { "content-type": "application/json", cookie: `${kSession}=${cookie}`, ...(origin ? { origin } : {}), ...more },
    body: "{}",
  });
}

test("a page is signed in and holds no token", async () => {
  const anna = await Person.enter(browser, server);
  await anna.signIn("Anna Declercq");
  const cookie = await sessionOf(anna);
  assert.equal(cookie.httpOnly, true);
  assert.equal(cookie.secure, true);
  assert.equal(cookie.sameSite, "Strict");
  assert.equal(cookie.path, "/");
  const reach = await anna.page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }) + document.cookie);
  assert.ok(!reach.includes(cookie.value), "a script can read the token");
  assert.ok(!reach.includes("eyJ"), "a script can read a token");
  // A reload and another window know who it is.
  await anna.page.reload();
  await anna.page.getByText("Anna Declercq").first().waitFor();
  const other = await anna.context.newPage();
  await other.goto(`${server.http}/`);
  await other.waitForURL(/\/desk/);
  assert.deepEqual(anna.troubles, []);
  await anna.leave();
});

test("signing out ends the session on the server, also for who has copied the cookie", async () => {
  const mieke = await Person.enter(browser, server);
  await mieke.signIn("Mieke Aerts");
  const { value } = await sessionOf(mieke);
  assert.equal((await callWith(value, server.http)).status, 200);
  await mieke.page.getByRole("button", { name: mieke.t("app.account", { name: "Mieke Aerts" }) }).click();
  await mieke.page.getByRole("menuitem", { name: mieke.t("app.signOut") }).click();
  await mieke.page.waitForURL(`${server.http}/`);
  assert.equal(await sessionOf(mieke), undefined);
  assert.equal((await callWith(value, server.http)).status, 401);
  // Nor as the token of a program.
  assert.equal((await server.call("AuthService/GetCurrentUser", {}, value)).status, 401);
  await mieke.leave();
});

test("a cookie counts for pages of this server alone", async () => {
  const person = await Person.enter(browser, server);
  await person.signIn("Mieke Aerts");
  const { value } = await sessionOf(person);
  assert.equal((await callWith(value)).status, 403);
  assert.equal((await callWith(value, "null")).status, 403);
  assert.equal((await callWith(value, "http://evil.example")).status, 403);
  assert.equal((await callWith(value, server.http, { "sec-fetch-site": "same-site" })).status, 403);
  assert.equal((await callWith(value, server.http, { "wissel-user": "users/anna" })).status, 401);
  // A page of another port of this machine: the same site, another origin.
  const evil = createServer((_, answer) => answer.setHeader("content-type", "text/html").end("<!doctype html>")).listen(0, "127.0.0.1");
  await new Promise((ready) => evil.once("listening", ready));
  const page = await person.context.newPage();
  await page.goto(`http://127.0.0.1:${evil.address().port}/`);
  const statuses = [];
  page.on("response", (response) => response.url().startsWith(server.http) && statuses.push(response.status()));
  const outcome = await page.evaluate(async (http) => {
    const url = `${http}/wissel.v1.AuthService/SignOutUser`;
    const sent = { method: "POST", credentials: "include", mode: "no-cors", body: "{}" };
    await fetch(url, { ...sent, headers: { "content-type": "text/plain" } }).catch(() => {});
    return fetch(url, { ...sent, mode: "cors", headers: { "content-type": "application/json" } }).then(() => "read", () => "blocked");
  }, server.http);
  assert.equal(outcome, "blocked");
  assert.ok(!statuses.includes(200), `${statuses}`);
  assert.equal((await callWith(value, server.http)).status, 200, "still signed in");
  evil.close();
  await person.leave();
});

test("a window never acts for who signed in in another one", async () => {
  const mieke = await Person.enter(browser, server);
  await mieke.signIn("Mieke Aerts");
  const refused = mieke.page.waitForResponse((response) => response.status() === 401);
  const second = await mieke.context.newPage();
  // Somebody else signs in in the same browser.
  const other = (await server.ask("AuthService/GetSignInOptions", {})).demoUsers.find(({ user }) => user !== "mieke");
  await second.goto(`${server.http}/chat`);
  const status = await second.evaluate(async ({ user, password }) => {
    const answer = await fetch("/wissel.v1.AuthService/SignInUser", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ user, password, browserSession: true }),
    });
    return [answer.status, await answer.json()];
  }, other);
  assert.equal(status[0], 200);
  assert.equal(status[1].token, undefined);
  await mieke.page.reload();
  await refused;
  await mieke.leave();
});

test("another password ends what was signed in before", async () => {
  const { execFileSync } = await import("node:child_process");
  const { binary } = await import("./lib/server.mjs");
  const run = (args, input) => execFileSync(binary, args, { input });
  run(["user", "add", "--data", server.data, "greta", "--role", "planner"], "correct horse\n");
  const { token } = await server.ask("AuthService/SignInUser", { user: "greta", password: "correct horse" });
  assert.equal((await server.call("AuthService/GetCurrentUser", {}, token)).status, 200);
  run(["user", "passwd", "--data", server.data, "greta"], "another horse\n");
  let status = 200;
  for (const end = Date.now() + 20_000; status === 200 && Date.now() < end; ) {
    status = (await server.call("AuthService/GetCurrentUser", {}, token)).status;
  }
  assert.equal(status, 401);
});

test("who signed in and who tried in vain, administrators can read", async () => {
  const { execFileSync } = await import("node:child_process");
  const { binary } = await import("./lib/server.mjs");
  const signIn = (user, password) => server.call("AuthService/SignInUser", { user, password });
  assert.equal((await signIn("mieke", "wrong")).status, 401);
  assert.equal((await signIn("correct-horse-in-the-wrong-field", "x")).status, 401);
  const { token } = (await signIn("anna", "demo")).body;
  await server.ask("AuthService/SignOutUser", {}, token);
  assert.equal((await server.call("AuthService/GetCurrentUser", {}, token)).status, 401);
  execFileSync(binary, ["user", "add", "--data", server.data, "ines", "--role", "planner"], { input: "correct horse\n" });
  execFileSync(binary, ["user", "delete", "--data", server.data, "ines"]);
  const admin = await server.token("admin");
  const list = async () => (await server.ask("AuditService/ListSecurityEvents", { pageSize: 1000 }, admin)).securityEvents ?? [];
  const has = (events, kind, user, network) =>
    events.some((each) => each.kind === kind && each.user === user && each.network === network && Number(each.count) > 0);
  const events = await until(list, (all) => has(all, "SIGNED_OUT", "users/anna", "127.0.0.1") && has(all, "TOKEN_REFUSED", undefined, "127.0.0.1"));
  assert.ok(has(events, "SIGNED_IN", "users/anna", "127.0.0.1"));
  assert.ok(has(events, "SIGN_IN_REFUSED", "users/mieke", "127.0.0.1"));
  assert.ok(has(events, "SIGN_IN_REFUSED", undefined, "127.0.0.1"));
  assert.ok(has(events, "USER_ADDED", "users/ines", undefined) && has(events, "USER_REMOVED", "users/ines", undefined));
  // It may have been a password.
  assert.ok(!JSON.stringify(events).includes("correct-horse"));
  assert.equal((await server.call("AuditService/ListSecurityEvents", {}, await server.token("manager"))).status, 403);
});
