// Sign-in at a real OpenID Connect provider, in a real browser.
import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Provider } from "oidc-provider";
import { freePort } from "./lib/free_port.mjs";
import { launch, Person } from "./lib/browser.mjs";
import { root, Server } from "./lib/server.mjs";

const kSession = "__Host-wissel";
const kClient = { id: "wissel", secret: "a secret of / two: parties +" };

const people = {
  mieke: { name: "Mieke Aerts", groups: ["staff", "team-managers"] },
  anna: { name: "Anna Declercq", groups: ["agents"], employee: "anna" },
  stranger: { name: "Somebody", groups: ["staff"] },
};

let folder;
let issuer;
let server;
let browser;

async function openProvider(redirect) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const provider = new Provider(url, {
    clients: [{ client_id: kClient.id, client_secret: kClient.secret, redirect_uris: [redirect], response_types: ["code"], grant_types: ["authorization_code"] }],
    pkce: { required: () => true },
    claims: { openid: ["sub"], profile: ["name", "preferred_username", "groups", "employee"] },
    conformIdTokenClaims: false,
    findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub, preferred_username: sub, ...people[sub] }) }),
    features: { devInteractions: { enabled: true } },
  });
  const codes = [];
  provider.on("grant.success", ({ oidc }) => codes.push(oidc.params.code));
  const listening = createServer(provider.callback()).listen(port, "127.0.0.1");
  await new Promise((ready) => listening.once("listening", ready));
  return { url, codes, close: () => listening.close() };
}

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "wissel-oidc-"));
  const port = await freePort();
  const http = `http://127.0.0.1:${port}`;
  issuer = await openProvider(`${http}/signin/callback`);
  const secret = join(folder, "client.secret");
  writeFileSync(secret, `${kClient.secret}\n`);
  chmodSync(secret, 0o600);
  const config = join(folder, "center.yaml");
  writeFileSync(
    config,
    `server:
  web: ${join(root, "web/dist")}
center:
  display_name: Fund
  time_zone: Europe/Brussels
security:
  public_url: "${http}"
oidc:
  issuer: "${issuer.url}"
  client_id: ${kClient.id}
  client_secret_file: client.secret
  display_name: Example ID
  agent_claim: employee
  groups:
    - { name: team-managers, roles: [manager] }
    - { name: agents, roles: [agent] }
`,
  );
  server = await Server.start({ config, demo: false, http: `127.0.0.1:${port}` });
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await server?.stop();
  issuer?.close();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

async function atProvider(person, name) {
  await person.open("/");
  await person.page.getByRole("link", { name: person.t("signin.provider", { provider: "Example ID" }) }).click();
  await person.page.waitForURL(/\/interaction\//);
  await person.page.locator('input[name="login"]').fill(name);
  await person.page.locator('input[name="password"]').fill("x");
  await person.page.locator('button[type="submit"]').click();
  await person.page.locator('button[type="submit"]').click();
}

async function sessionOf(person) {
  return (await person.context.cookies()).find(({ name }) => name === kSession);
}

test("somebody with a role signs in, and out", async () => {
  const mieke = await Person.enter(browser, server);
  await atProvider(mieke, "mieke");
  await mieke.page.waitForURL(/\/live/);
  await mieke.page.getByText("Mieke Aerts").first().waitFor();
  const session = await sessionOf(mieke);
  const me = await server.ask("AuthService/GetCurrentUser", {}, session.value);
  assert.deepEqual(me, { name: "users/mieke", displayName: "Mieke Aerts", roles: ["MANAGER"] });
  await mieke.page.getByRole("button", { name: mieke.t("app.account", { name: "Mieke Aerts" }) }).click();
  await mieke.page.getByRole("menuitem", { name: mieke.t("app.signOut") }).click();
  await mieke.page.waitForURL(`${server.http}/`);
  assert.equal((await server.call("AuthService/GetCurrentUser", {}, session.value)).status, 401);
  assert.deepEqual(mieke.troubles, []);
  await mieke.leave();
});

test("an agent is the agent that the provider says", async () => {
  const anna = await Person.enter(browser, server);
  await atProvider(anna, "anna");
  await anna.page.waitForURL(/\/desk/);
  const { value } = await sessionOf(anna);
  const me = await server.ask("AuthService/GetCurrentUser", {}, value);
  assert.equal(me.agent, "agents/anna");
  await anna.leave();
});

test("somebody without a role here gets no session", async () => {
  const stranger = await Person.enter(browser, server);
  await atProvider(stranger, "stranger");
  await stranger.page.getByText(stranger.t("signin.providerRefused")).waitFor();
  assert.equal(await sessionOf(stranger), undefined);
  await stranger.leave();
});

test("an answer counts once, in the browser that asked, and unchanged", async () => {
  const mieke = await Person.enter(browser, server);
  let callback;
  mieke.page.on("request", (request) => {
    if (request.url().includes("/signin/callback")) callback = { url: request.url(), cookie: undefined };
  });
  // The cookie of the attempt, as the browser had it on the way to the provider.
  await mieke.open("/");
  await mieke.page.getByRole("link", { name: mieke.t("signin.provider", { provider: "Example ID" }) }).click();
  await mieke.page.waitForURL(/\/interaction\//);
  const attempt = (await mieke.context.cookies()).find(({ name }) => name === "__Host-wissel-signin");
  assert.equal(attempt.httpOnly, true);
  assert.equal(attempt.sameSite, "Lax");
  await mieke.page.locator('input[name="login"]').fill("mieke");
  await mieke.page.locator('input[name="password"]').fill("x");
  await mieke.page.locator('button[type="submit"]').click();
  await mieke.page.locator('button[type="submit"]').click();
  await mieke.page.waitForURL(/\/live/);
  const come = async (url, cookie) => {
    const answer = await fetch(url, { redirect: "manual", headers: cookie ? { cookie: `__Host-wissel-signin=${cookie}` } : {} });
    return { to: answer.headers.get("location"), session: (answer.headers.getSetCookie?.() ?? []).some((text) => text.startsWith(`${kSession}=`)) };
  };
  const refused = { to: "/?signin=again", session: false };
  const { url } = callback;
  assert.deepEqual(await come(url, attempt.value), refused, "the code again");
  assert.deepEqual(await come(url), refused, "another browser");
  const changed = (name, value) => {
    const other = new URL(url);
    if (value === undefined) other.searchParams.delete(name);
    else other.searchParams.set(name, value);
    return other.href;
  };
  assert.deepEqual(await come(changed("state", "x".repeat(43)), attempt.value), refused, "another state");
  assert.deepEqual(await come(changed("state"), attempt.value), refused, "no state");
  assert.deepEqual(await come(changed("code"), attempt.value), refused, "no code");
  assert.deepEqual(await come(changed("code", "made up"), attempt.value), refused, "another code");
  assert.deepEqual(await come(changed("iss", "http://evil.example"), attempt.value), refused, "another issuer");
  assert.deepEqual(await come(`${url}&state=twice`, attempt.value), refused, "state twice");
  await mieke.leave();
});

test("a provider that is away is said to be", async () => {
  issuer.close();
  const mieke = await Person.enter(browser, server);
  const answer = await fetch(`${server.http}/signin/callback?code=x&state=${"s".repeat(43)}`, {
    redirect: "manual",
    headers: { cookie: `__Host-wissel-signin=${"s".repeat(43)}.${"n".repeat(43)}.${"v".repeat(43)}` },
  });
  assert.match(answer.headers.get("location"), /signin=(away|again)/);
  await mieke.open("/?signin=away");
  await mieke.page.getByText(mieke.t("signin.providerAway")).waitFor();
  await mieke.leave();
});
