// Writes src/gen from the contract in ../proto, with protoc and the npm plugin beside it.
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const web = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const proto = resolve(web, "../proto");
const out = join(web, "src/gen");
const files = readdirSync(join(proto, "wissel/v1"))
  .filter((name) => name.endsWith(".proto"))
  .map((name) => `wissel/v1/${name}`);

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const run = spawnSync(
  "protoc",
  [
    `--plugin=protoc-gen-es=${join(web, "node_modules/.bin/protoc-gen-es")}`,
    `--es_out=${out}`,
    "--es_opt=target=ts",
    `--proto_path=${proto}`,
    ...files,
  ],
  { stdio: "inherit" },
);
if (run.error) {
  console.error(`cannot run protoc (Debian: apt-get install protobuf-compiler): ${run.error.message}`);
  process.exit(1);
}
process.exit(run.status ?? 1);
