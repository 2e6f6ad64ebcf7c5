// A real IMAP server, Debian's dovecot, that is unpacked and never installed: its own configuration and mailboxes in a
// temporary folder, on loopback. Before it stands a door of TLS, under a certificate of an authority that nobody else
// knows: unpacked, dovecot does not find its own. The door can cut what passes it.
import { execFileSync, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { createServer as createTlsServer } from "node:tls";
import { freePort } from "./free_port.mjs";
import { root } from "./server.mjs";
import { until } from "./until.mjs";

const kTools = process.env.WISSEL_TOOLS ?? join(root, "build/tools");
const kProgram = join(kTools, "usr/sbin/dovecot");
const kOwn = join(kTools, "usr/lib/dovecot");
// Where its library looks for modules, whatever is configured.
const kModules = "/usr/lib/dovecot/modules";
const kPassword = "a-secret-of-the-test";

/** Why it cannot be run; undefined: it can. */
export const missing = existsSync(kProgram) ? undefined : "dovecot";

const configuration = ({ folder, port, libraries, user, group, internal, internalGroup }) => `
base_dir = ${folder}/run
state_dir = ${folder}/run
log_path = ${folder}/dovecot.log
libexec_dir = ${kOwn}
mail_plugin_dir = ${kOwn}/modules
login_plugin_dir = ${kOwn}/modules/login
import_environment = LD_LIBRARY_PATH=${libraries}
default_internal_user = ${internal}
default_internal_group = ${internalGroup}
default_login_user = ${user}
first_valid_uid = 0
first_valid_gid = 0
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:${folder}/mail
mail_uid = ${user}
mail_gid = ${group}
auth_mechanisms = plain login
passdb {
  driver = static
  args = password=${kPassword}
}
userdb {
  driver = static
  args = uid=${user} gid=${group} home=${folder}/home
}
service imap-login {
  chroot =
  inet_listener imap {
    port = ${port}
  }
}
service anvil {
  chroot =
}
service stats {
  chroot =
}
`;

// Its processes are of users without rights; one who has none anyway is all of them.
function people() {
  const { uid, username } = userInfo();
  if (uid === 0) return { user: "nobody", group: "nogroup", internal: "daemon", internalGroup: "daemon" };
  const group = execFileSync("id", ["-gn"], { encoding: "utf8" }).trim();
  return { user: username, group, internal: username, internalGroup: group };
}

// The folder of a copy of the library that looks for modules here; the name has to fit into that of the usual place.
function makeLibrary(folder) {
  const place = join(folder, "m");
  if (place.length > kModules.length) throw new Error(`${folder} is too long a name; set TMPDIR`);
  symlinkSync(join(kOwn, "modules"), place);
  const library = readFileSync(join(kOwn, "libdovecot.so.0"));
  for (let at = 0; (at = library.indexOf(`${kModules}\0`, at)) >= 0; at += 1) library.write(place.padEnd(kModules.length, "\0"), at, "latin1");
  mkdirSync(join(folder, "lib"));
  writeFileSync(join(folder, "lib/libdovecot.so.0"), library);
  return join(folder, "lib");
}

// An authority of the test's own, and a certificate of it for localhost.
function makeCertificates(folder) {
  const openssl = (...args) => execFileSync("openssl", args, { cwd: folder, stdio: "pipe" });
  writeFileSync(join(folder, "san"), "subjectAltName=IP:127.0.0.1,DNS:localhost\n");
  openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=Authority of the test", "-keyout", "ca.key", "-out", "ca.pem");
  openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-keyout", "server.key", "-out", "server.csr");
  openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "san", "-out", "server.pem");
}

export class Dovecot {
  static async start() {
    const dovecot = new Dovecot();
    dovecot.folder = mkdtempSync(join(tmpdir(), "wd-"));
    dovecot.libraries = [makeLibrary(dovecot.folder), kOwn, join(kOwn, "modules/old-stats"), join(kTools, "usr/lib/x86_64-linux-gnu")].join(":");
    chmodSync(dovecot.folder, 0o755);
    const inner = await freePort();
    dovecot.password = kPassword;
    for (const folder of ["run", "home", "mail/tmp", "mail/new", "mail/cur"]) mkdirSync(join(dovecot.folder, folder), { recursive: true });
    execFileSync("chmod", ["-R", "a+rwX", join(dovecot.folder, "home"), join(dovecot.folder, "mail")]);
    makeCertificates(dovecot.folder);
    dovecot.certificate = join(dovecot.folder, "ca.pem");
    writeFileSync(join(dovecot.folder, "dovecot.conf"), configuration({ folder: dovecot.folder, port: inner, libraries: dovecot.libraries, ...people() }));
    await dovecot.up();
    await dovecot.openDoor(inner);
    return dovecot;
  }

  async up() {
    // The master would look for doveconf where it is installed: it is the other way round here.
    const file = join(this.folder, "dovecot.conf");
    this.process = spawn(join(kTools, "usr/bin/doveconf"), ["-f", "service=master", "-c", file, "-m", "master", "-e", kProgram, "-F", "-c", file], {
      env: { ...process.env, LD_LIBRARY_PATH: this.libraries },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.output = "";
    for (const stream of [this.process.stdout, this.process.stderr]) stream.on("data", (chunk) => (this.output += chunk));
    this.exited = new Promise((done) => this.process.on("exit", done));
    await until(() => this.log(), (log) => log.includes("starting up"));
  }

  async openDoor(inner) {
    const pem = (name) => readFileSync(join(this.folder, name));
    this.sockets = new Set();
    this.connections = 0;
    this.door = createTlsServer({ key: pem("server.key"), cert: pem("server.pem") }, (outside) => {
      this.connections += 1;
      const inside = connect(inner, "127.0.0.1");
      const cut = () => [inside, outside].forEach((socket) => socket.destroy());
      let unheard = false; // what the server answers does not arrive
      for (const socket of [inside, outside]) {
        this.sockets.add(socket);
        socket.on("error", cut).on("close", () => (cut(), this.sockets.delete(socket)));
      }
      outside.on("data", (bytes) => {
        if (this.cutAt?.test(bytes.toString("latin1"))) {
          this.cuts = (this.cuts ?? 0) + 1;
          this.cutAt = undefined;
          unheard = this.cutAfterwards;
          if (unheard) inside.write(bytes);
          else cut();
          return;
        }
        inside.write(bytes);
      });
      inside.on("data", (bytes) => (unheard ? cut() : outside.write(bytes)));
    });
    this.door.on("tlsClientError", () => (this.strangers = (this.strangers ?? 0) + 1));
    this.door.listen(0, "127.0.0.1");
    await new Promise((done) => this.door.on("listening", done));
    this.port = this.door.address().port;
  }

  /** The next command that matches is the last of its connection, before or after the server has it. */
  cut(command, { afterwards = false } = {}) {
    this.cutAt = command;
    this.cutAfterwards = afterwards;
  }

  log() {
    const file = join(this.folder, "dovecot.log");
    return (existsSync(file) ? readFileSync(file, "utf8") : "") + this.output;
  }

  /** A mail as it comes to the mailbox. */
  put(name, bytes) {
    const file = join(this.folder, "mail/tmp", name);
    writeFileSync(file, bytes);
    chmodSync(file, 0o666);
    renameSync(file, join(this.folder, "mail/new", name));
  }

  /** What is in a folder: the mails as they are. */
  box(name = "") {
    const place = join(this.folder, "mail", name === "" ? "" : `.${name}`);
    return ["new", "cur"].flatMap((part) => {
      const folder = join(place, part);
      return existsSync(folder) ? readdirSync(folder).map((file) => readFileSync(join(folder, file), "utf8")) : [];
    });
  }

  async down() {
    this.process.kill("SIGTERM");
    await this.exited;
  }

  async stop() {
    this.sockets.forEach((socket) => socket.destroy());
    this.door.close();
    await this.down();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
