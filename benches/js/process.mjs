// Contenders in another process that takes commands, one a line (contenders/src/bin/serve.rs, python/serve.py).
// It sleeps while another one is timed.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

export async function processContenders(command, words, environment = {}) {
  const child = spawn(command, words, {
    env: { ...process.env, ...environment },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (...line) => {
    child.stdin.write(`${line.join(" ")}\n`);
    const { value, done } = await lines.next();
    if (done) throw new Error(`${command} has ended at: ${line.join(" ")}`);
    return value;
  };
  let cases = 0;
  const open = async (name, { verb, rows, width, mean }) => {
    const key = `case${cases++}`;
    const answer = await ask("open", key, verb, rows, width, mean, name);
    return (
      answer !== "none" && {
        error: Number(answer),
        time: async (calls) => Number(await ask("time", key, calls)),
        close: () => ask("close", key),
      }
    );
  };
  const names = (await ask("names")).split(", ");
  return {
    contenders: Object.fromEntries(names.map((name) => [name, (work) => open(name, work)])),
    end: () => child.stdin.end(),
  };
}
