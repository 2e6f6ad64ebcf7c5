// A real mail server, Debian's exim4, that is unpacked and never installed: its own configuration and queue
// in a temporary folder, as a user without rights, on loopback. It delivers @center.test to Wissel by LMTP,
// keeps the mails of people at @home.test in files, and has two answering machines there: `robot` says that
// it is one (RFC 3834), `parrot` does not and answers everything.
import { execFile, spawn } from "node:child_process";
import { chmodSync, chownSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./free_port.mjs";
import { root } from "./server.mjs";
import { until } from "./until.mjs";

const kTools = process.env.WISSEL_TOOLS ?? join(root, "build/tools");
const kNobody = 65534;

const configuration = ({ folder, port, lmtpPort }) => `
primary_hostname = mx.test
spool_directory = ${folder}/spool
log_file_path = ${folder}/log/%slog
pid_file_path = ${folder}/exim.pid
exim_path = ${folder}/exim4
deliver_drop_privilege = true
local_interfaces = <; 127.0.0.1
daemon_smtp_ports = ${port}
domainlist center = center.test
domainlist homes = home.test
acl_smtp_rcpt = accept
acl_smtp_data = accept
never_users =
host_lookup =
helo_lookup_domains =
dns_retrans = 1s
dns_retry = 1
disable_ipv6 = true
tls_advertise_hosts =
keep_environment = LD_PRELOAD : NSS_WRAPPER_PASSWD : NSS_WRAPPER_GROUP
begin routers
center:
  driver = manualroute
  domains = +center
  transport = to_center
  route_list = * 127.0.0.1
  self = send
people:
  driver = accept
  domains = +homes
  local_parts = mia : zoe
  transport = box
robot:
  driver = accept
  domains = +homes
  local_parts = robot
  transport = vacation
parrot:
  driver = accept
  domains = +homes
  local_parts = parrot
  transport = parrot
begin transports
to_center:
  driver = smtp
  protocol = lmtp
  port = ${lmtpPort}
  allow_localhost = true
box:
  driver = appendfile
  file = ${folder}/boxes/$local_part_data
vacation:
  driver = autoreply
  from = robot@home.test
  to = $reply_address
  subject = Away
  text = I am away.
parrot:
  driver = pipe
  command = /bin/sh ${folder}/parrot.sh
begin retry
* * F,10m,1s
`;

const parrot = (folder) => `
mail=$(cat)
field() { printf '%s\\n' "$mail" | sed -n "s/^$1: *//p" | head -1 | tr -d '\\r'; }
to=$(field Reply-To); [ -n "$to" ] || to=$(field From)
id=$(field Message-ID)
echo answered >>${folder}/parrot.log
{ printf 'From: parrot@home.test\\nTo: %s\\nSubject: Re: %s\\n' "$to" "$(field Subject)"
  printf 'In-Reply-To: %s\\nMessage-ID: <%s@home.test>\\n\\nI am not here at the moment.\\n' "$id" "$$.$(date +%s%N)"
} | ${folder}/exim4 -C ${folder}/exim.conf -oi -t -f parrot@home.test
`;

/** Why there is no mail server to test with; nothing where there is one. */
export const missing = ["usr/sbin/exim4", "usr/lib/x86_64-linux-gnu/libnss_wrapper.so"].find(
  (file) => !existsSync(join(kTools, file)),
);

export class Exim {
  static async start(lmtpPort) {
    const exim = new Exim();
    exim.folder = mkdtempSync(join(tmpdir(), "wissel-exim-"));
    exim.port = await freePort();
    exim.lmtpPort = lmtpPort;
    const { folder } = exim;
    exim.uid = process.getuid() === 0 ? kNobody : process.getuid();
    copyFileSync(join(kTools, "usr/sbin/exim4"), join(folder, "exim4"));
    copyFileSync(join(kTools, "usr/lib/x86_64-linux-gnu/libnss_wrapper.so"), join(folder, "libnss_wrapper.so"));
    chmodSync(join(folder, "exim4"), 0o755);
    exim.configure();
    writeFileSync(join(folder, "parrot.sh"), parrot(folder));
    writeFileSync(join(folder, "passwd"), `Debian-exim:x:${exim.uid}:${exim.uid}::/tmp:/bin/false\n`);
    writeFileSync(join(folder, "group"), `Debian-exim:x:${exim.uid}:\nmail:x:${exim.uid}:\n`);
    for (const each of ["spool", "log", "boxes"]) mkdirSync(join(folder, each));
    if (process.getuid() === 0) {
      for (const each of [".", "spool", "log", "boxes"]) chownSync(join(folder, each), exim.uid, exim.uid);
    }
    exim.process = spawn(join(folder, "exim4"), ["-C", join(folder, "exim.conf"), "-bdf", "-q1s"], exim.#as());
    exim.exited = new Promise((done) => exim.process.on("exit", done));
    await until(() => existsSync(join(folder, "log/mainlog")) && exim.log().includes("listening for SMTP"));
    return exim;
  }

  // Anew, where Wissel listens elsewhere now; each delivery reads it.
  configure(lmtpPort = this.lmtpPort) {
    this.lmtpPort = lmtpPort;
    writeFileSync(join(this.folder, "exim.conf"), configuration(this));
    chmodSync(join(this.folder, "exim.conf"), 0o644);
  }

  #as() {
    const { folder, uid } = this;
    const env = {
      PATH: process.env.PATH,
      LD_PRELOAD: join(folder, "libnss_wrapper.so"),
      NSS_WRAPPER_PASSWD: join(folder, "passwd"),
      NSS_WRAPPER_GROUP: join(folder, "group"),
    };
    return { env, cwd: folder, stdio: "ignore", ...(process.getuid() === 0 ? { uid, gid: uid } : {}) };
  }

  // As a person's mail program hands it over; returns when a first delivery has been tried.
  submit(from, to, text) {
    const { stdio, ...how } = this.#as();
    return new Promise((done, fail) => {
      const child = execFile(
        join(this.folder, "exim4"),
        ["-C", join(this.folder, "exim.conf"), "-odf", "-oi", "-f", from, to],
        how,
        (error, stdout, stderr) => (error ? fail(new Error(`${error.message} ${stderr}`)) : done()),
      );
      child.stdin.end(text);
    });
  }

  // The mails in somebody's box, oldest first.
  box(name) {
    const file = join(this.folder, "boxes", name);
    if (!existsSync(file)) return [];
    return readFileSync(file, "utf8").split(/^From .*\n/m).slice(1);
  }
  log() {
    return readFileSync(join(this.folder, "log/mainlog"), "utf8");
  }
  timesParrotAnswered() {
    const file = join(this.folder, "parrot.log");
    return existsSync(file) ? readFileSync(file, "utf8").split("\n").length - 1 : 0;
  }

  async stop() {
    this.process.kill("SIGTERM");
    await this.exited;
    // Deliveries under way may still write.
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}

/** A header of a mail, unfolded. */
export function header(mail, name) {
  const head = mail.split("\n\n")[0].replace(/\n[ \t]+/g, " ");
  return head.match(new RegExp(`^${name}: *(.*)$`, "im"))?.[1];
}
