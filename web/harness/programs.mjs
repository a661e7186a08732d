// Programs as the page shows them, run as it says: in Node, by cargo, on an emulated board.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const execute = promisify(execFile);
const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const FOLDER = resolve(ROOT, process.env.CARGO_TARGET_DIR ?? "target", "starts");
const BOARD = "thumbv6m-none-eabi";
/** Numbers of a text: `−` is not among them, programs write a hyphen. */
const NUMBER = /-?\d+(?:\.\d+)?(?:e[-+]?\d+)?|NaN|-?Infinity|-?inf/g;

/** Leaves a file alone that is as it should be: cargo would compile it again. */
async function write(path, text) {
  const file = join(FOLDER, path);
  if (existsSync(file) && (await readFile(file, "utf8")) === text) return;
  await mkdir(join(file, ".."), { recursive: true });
  await writeFile(file, text);
}

const numbers = (text) => text.match(NUMBER).map((word) => Math.fround(Number(word.replace("inf", "Infinity"))));

/** What each of the programs prints, as numbers. */
export async function inNode(programs) {
  await mkdir(join(FOLDER, "web/node_modules"), { recursive: true });
  await symlink(join(ROOT, "wasm/pkg"), join(FOLDER, "web/node_modules/layernorm")).catch((error) => {
    if (error.code !== "EEXIST") throw error;
  });
  const run = async (program, i) => {
    await write(`web/start-${i}.mjs`, program);
    const { stdout } = await execute(process.execPath, [`start-${i}.mjs`], { cwd: join(FOLDER, "web") });
    return numbers(stdout.replace(/^Float32Array\(\d+\)/, ""));
  };
  return Promise.all(programs.map(run));
}

/** `programs` are for a computer, `libraries` for firmware: the numbers of both, natively and, of the second, on a board. */
export async function byCargo(programs, libraries) {
  const names = libraries.map((_, i) => `start_${i}`);
  const path = JSON.stringify(ROOT);
  const edition = 'version = "0.0.0"\nedition = "2024"\n';
  const dependencies = `[dependencies]\n${names.map((name) => `${name} = { path = "../${name}" }\n`).join("")}`;
  await write("Cargo.toml", `[workspace]\nresolver = "3"\nmembers = ["computer", "board", "native", "start_*"]\n`);
  await write("computer/Cargo.toml", `[package]\nname = "computer"\n${edition}[dependencies]\nlayernorm = { path = ${path} }\n`);
  for (const [i, program] of programs.entries()) await write(`computer/src/bin/start${i}.rs`, program);
  for (const [i, library] of libraries.entries()) {
    await write(`${names[i]}/Cargo.toml`, `[package]\nname = "${names[i]}"\n${edition}[dependencies]\nlayernorm = { path = ${path} }\n`);
    await write(`${names[i]}/src/lib.rs`, library);
  }
  const main = await readFile(new URL("../test/board/main.rs", import.meta.url), "utf8");
  await write("native/Cargo.toml", `[package]\nname = "native"\n${edition}${dependencies}`);
  await write(
    "native/src/main.rs",
    `fn main() {\n${names.map((name) => `let mut row = ${name}::ROW;\n${name}::normalise(&mut row).unwrap();\nprintln!("{row:?}");\n`).join("")}}\n`,
  );
  await write("board/Cargo.toml", `[package]\nname = "board"\n${edition}${dependencies}${await boardDependencies()}`);
  await write("board/src/starts.rs", `{ run!(${names.join(" ")}); }\n`);
  await write("board/src/main.rs", main);
  // Those that the firmware uses, which are here already.
  if (!existsSync(join(FOLDER, "Cargo.lock"))) await write("Cargo.lock", await readFile(join(ROOT, "firmware/Cargo.lock"), "utf8"));

  await cargo(["build", "--package", "computer", "--package", "native"]);
  const built = (name) => join(FOLDER, "target/debug", name);
  const lines = (await execute(built("native"))).stdout.trim().split("\n");
  const printed = await Promise.all(programs.map(async (_, i) => numbers((await execute(built(`start${i}`))).stdout)));
  return { computer: printed, firmware: lines.map(numbers), board: await onBoard(names) };
}

/** The run time of firmware/Cargo.toml, in the same versions. */
async function boardDependencies() {
  const manifest = await readFile(join(ROOT, "firmware/Cargo.toml"), "utf8");
  const version = (name) => new RegExp(`^${name} = (?:\\{ version = )?("[^"]+")`, "m").exec(manifest)[1];
  return `cortex-m-rt = ${version("cortex-m-rt")}\nsemihosting = { version = ${version("semihosting")}, features = ["stdio"] }\n`;
}

/** As on a micro:bit. Nothing where there is no emulator: then the program is linked, and that is all. */
async function onBoard(names) {
  await write("memory/memory.x", await readFile(join(ROOT, "firmware/boards/microbit.x"), "utf8"));
  // Encoded, because the path may hold spaces.
  const flags = ["-L", join(FOLDER, "memory"), "-C", "link-arg=-Tlink.x"].join("\x1f");
  await cargo(["build", "--package", "board", "--target", BOARD, "--release"], { CARGO_ENCODED_RUSTFLAGS: flags });
  const emulator = process.env.QEMU_ARM || "/usr/bin/qemu-system-arm";
  if (!existsSync(emulator)) return undefined;
  const machine = ["-M", "microbit", "-nographic", "-monitor", "none", "-serial", "none"];
  const image = join(FOLDER, "target", BOARD, "release/board");
  const { stdout } = await execute(emulator, [...machine, "-semihosting-config", "enable=on,target=native", "-kernel", image]);
  const words = stdout.trim().split("\n").map((line) => line.split(" "));
  return names.map((name) => {
    const bits = words.filter(([of]) => of === name).map(([, hex]) => Number.parseInt(hex, 16));
    return Array.from(new Float32Array(Uint32Array.from(bits).buffer));
  });
}

const cargo = (args, own) => cargoIn(FOLDER, args, own);

/** Not with what `cargo run` or a shell have set. */
export async function cargoIn(folder, args, own = {}) {
  const foreign = /^(RUSTFLAGS|RUSTDOCFLAGS|CARGO_ENCODED_RUSTFLAGS|CARGO_BUILD_TARGET|CARGO_MANIFEST_DIR|CARGO_PKG_.*)$/;
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
  try {
    await execute("cargo", ["--quiet", ...args], { cwd: folder, env: { ...env, CARGO_TARGET_DIR: join(folder, "target"), ...own } });
  } catch ({ stderr, message }) {
    throw new Error(`cargo ${args.join(" ")}: ${stderr || message}`);
  }
}
