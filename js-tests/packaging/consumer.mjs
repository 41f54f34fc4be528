// A fresh copy of a consumer project: its dependencies as its lock file has them, and the packed tarball as npm
// installs it. The installed dependencies are kept in $ITPAY_TOOLS and copied as hard links.

import { execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { transformSync } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const cache = join(
  process.env.ITPAY_TOOLS ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "itpay"),
  "packaging",
);

// npm's own variables, a color and this process's test runner are nothing that a consumer has.
const environment = {
  ...Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_|FORCE_COLOR|ITPAY_|GOPAY_)/.test(name)),
  ),
  NO_COLOR: "1",
  CI: "1",
};

/** Runs a command to its end; what it wrote to stdout. Its error has the end of everything it wrote. */
export async function execute(command, args, { seconds = 180, env = {}, ...options } = {}) {
  try {
    const { stdout } = await promisify(execFile)(command, args, {
      maxBuffer: 1 << 26,
      timeout: seconds * 1000,
      killSignal: "SIGKILL",
      env: { ...environment, ...env },
      ...options,
    });
    return stdout;
  } catch (error) {
    const output = `${error.stdout ?? ""}\n${error.stderr ?? ""}`.trim();
    throw new Error(
      error.killed ? `not done after ${seconds} s: ${command} ${args.join(" ")}\n${output}` : output || error.message,
    );
  }
}

/** Starts a server; goes on when what it writes matches `ready`. `stop` ends it and what it started. */
export async function started(command, args, { ready, seconds = 60, env = {}, ...options }) {
  const child = spawn(command, args, {
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
    env: { ...environment, ...env },
    ...options,
  });
  const exited = new Promise((resolve) => child.once("exit", resolve));
  let output = "";
  let timer;
  const stop = async () => {
    clearTimeout(timer);
    try {
      process.kill(-child.pid, "SIGKILL"); // the group that it leads
    } catch {
      // It has ended by itself.
    }
    await exited;
  };
  try {
    const match = await new Promise((resolve, reject) => {
      for (const stream of [child.stdout, child.stderr]) {
        stream.on("data", (piece) => {
          output += piece;
          const found = ready.exec(output);
          if (found !== null) resolve(found);
        });
      }
      timer = setTimeout(
        () => reject(new Error(`not ready after ${seconds} s: ${command}\n${output}`)),
        seconds * 1000,
      );
      void exited.then((code) => reject(new Error(`ended with ${code}: ${command}\n${output}`)));
    });
    return { ready: match, output: () => output, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function copyTree(from, to) {
  // Hard links (a clone on a Mac): a thousand packages in a second, and nothing twice on the disk.
  await execute("cp", [process.platform === "darwin" ? "-Rc" : "-Rl", from, to]);
}

/** The dependencies of the project `name`, installed. */
export async function dependencies(name) {
  const project = join(here, name);
  if (!existsSync(join(project, "package-lock.json"))) return undefined;
  const lock = readFileSync(join(project, "package-lock.json"));
  const folder = join(cache, `${name}-${createHash("sha256").update(lock).digest("hex").slice(0, 12)}`);
  if (!existsSync(folder)) {
    const part = `${folder}.part`;
    rmSync(part, { recursive: true, force: true });
    mkdirSync(part, { recursive: true });
    for (const file of ["package.json", "package-lock.json"]) cpSync(join(project, file), join(part, file));
    // Not npm ci: it refuses a lock file in which some other platform's program is missing, as from a mirror without it.
    await execute("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: part, seconds: 900 });
    renameSync(part, folder);
  }
  return join(folder, "node_modules");
}

/** Packs pkg/ and installs the tarball into an empty project: what the consumers get. */
export async function pack() {
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, "run-"));
  const pkg = join(here, "../../pkg");
  if (!existsSync(join(pkg, "package.json"))) throw new Error("pkg/ is not there: run make build");
  const [{ filename }] = JSON.parse(await execute("npm", ["pack", pkg, "--json", "--pack-destination", folder]));
  const project = join(folder, "installed");
  mkdirSync(project);
  writeFileSync(join(project, "package.json"), '{ "private": true }\n');
  await execute("npm", ["install", "--offline", "--no-audit", "--no-fund", join(folder, filename)], { cwd: project });
  return {
    folder,
    tarball: join(folder, filename),
    installed: join(project, "node_modules/itpay"),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** A fresh copy of the project `name` with the package in it; its folder. */
export async function freshCopy(name, packed) {
  const folder = mkdtempSync(join(packed.folder, `${name}-`));
  cpSync(join(here, name), folder, { recursive: true, filter: (path) => !/\/(node_modules|cells\.mjs)$/.test(path) });
  const modules = await dependencies(name);
  if (modules === undefined) mkdirSync(join(folder, "node_modules"));
  else await copyTree(modules, join(folder, "node_modules"));
  cpSync(packed.installed, join(folder, "node_modules/itpay"), { recursive: true });

  cpSync(join(here, "shared"), folder, { recursive: true });
  const exercise = readFileSync(join(here, "shared/exercise.ts"), "utf8");
  for (const [ending, format] of [
    ["mjs", "esm"],
    ["cjs", "cjs"],
  ]) {
    writeFileSync(
      join(folder, `exercise.${ending}`),
      transformSync(exercise, { loader: "ts", format, target: "es2022" }).code,
    );
  }
  return folder;
}

/** The outcome in a test runner's output, after the word `OUTCOME`. */
export function outcomeSaid(output) {
  const match = /OUTCOME (\{.*\})/.exec(output);
  if (match === null) throw new Error(`no outcome in:\n${output}`);
  return JSON.parse(match[1]);
}
