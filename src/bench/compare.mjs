// Fanfara beside its peers, on this machine: servers pinned to core 0, "fanfara bench" to core 1, one after the other and
// in the opposite order each round, since a shared machine has good and bad minutes. Ratios are taken within a round,
// then the median of the rounds.
//
//   mvn -q package -DskipTests && node src/bench/compare.mjs [row…] [--rounds 5] [--seconds 8] [--warmup 5]
//                                      [--transport auto|io_uring|epoll|nio] [--out figures.jsonl]
//
// Rows: one sixteen steady rooms socketio deflate paused idle. The table goes to standard output, each run as a line of JSON to
// --out.
import { spawn, execFileSync } from "node:child_process";
import { appendFileSync, readFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, "../..");
const jar = path.join(root, "target/fanfara.jar");

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "8" },
    warmup: { type: "string", default: "5" }, // the JIT of both has to warm up
    transport: { type: "string", default: "auto" },
    out: { type: "string" },
  },
});
const rounds = Number(options.rounds);

// ---- servers

const unlimited = [
  "limits.messages=100000000/1m",
  "limits.requestsPerIp=100000000/15m",
  "limits.connectionsPerIp=100000",
  "limits.connectsPerSecond=100000",
].flatMap((limit) => ["--set", limit]);

const fanfara = (...settings) => ({
  command: [
    "java", "-jar", jar, "--port", "0", "--management-port", "0", "--no-demo",
    "--set", `server.transport=${options.transport}`, "--set", "server.eventLoops=1", ...unlimited, ...settings,
  ],
  ready: /ready client=\S+:(\d+)/,
  protocol: "native",
  // The class histogram collects all garbage, and counts what is left.
  liveHeap: async ({ child }) =>
    Number(/Total\s+\d+\s+(\d+)/.exec(execFileSync("jcmd", [String(child.pid), "GC.class_histogram"], { maxBuffer: 1 << 26 }))[1]),
});

const peer = (script, protocol, ...settings) => ({
  command: ["node", "--expose-gc", path.join(here, script), ...settings],
  ready: /ready (\d+)/,
  protocol,
  liveHeap: async (running) => {
    const before = running.output.length;
    running.child.kill("SIGUSR2");
    return Number((await until(() => /heap (\d+)/.exec(running.output.slice(before)), "the heap"))[1]);
  },
});

const ws = (...settings) => peer("peer-ws.mjs", "native", ...settings);
const everybody = { fanfara: fanfara(), ws: ws(), "socket.io": peer("peer-socketio.mjs", "socket.io") };

// ---- rows

const perCpu = { name: "deliveries per CPU-second", of: (result) => result.process.deliveriesPerCpuSecond };

const load = (title, arguments_, servers = everybody) => ({
  title,
  runs: Object.fromEntries(Object.entries(servers).map(([name, server]) => [name, { server, arguments: arguments_ }])),
  measure: loaded,
  figures: {
    "del/s": (result) => whole(result.deliveriesPerSecond),
    "del/CPU-s": (result) => whole(result.process.deliveriesPerCpuSecond),
    "µs CPU/del": (result) => result.process.cpuMicrosPerDelivery.toFixed(2),
    "of it user": (result) => result.process.userMicrosPerDelivery.toFixed(2),
    "p50 ms": (result) => result.latencyMs.p50.toFixed(2),
    "p99 ms": (result) => result.latencyMs.p99.toFixed(2),
    "lost, late": (result) => `${result.lost + result.missedByClosed}, ${result.stillComing}`,
  },
  main: perCpu,
});

const paused = (name, rate) => {
  const server = everybody[name];
  const asked = ["--connections", "1000", "--rate", String(rate), "--payload", "1024"];
  return {
    title: `${name}: 1 room × 1,000, 1 KiB, ${rate} messages/s`,
    runs: {
      "all read": { server, arguments: asked },
      "50 paused": { server, arguments: [...asked, "--paused", "50"] },
    },
    measure: loaded,
    figures: {
      "del/s": (result) => whole(result.deliveriesPerSecond),
      "p50 ms": (result) => result.latencyMs.p50.toFixed(2),
      "p99 ms": (result) => result.latencyMs.p99.toFixed(2),
      "RSS MiB": (result) => mebibytes(result.process.residentBytesAtEnd),
      "RSS growth MiB": (result) => mebibytes(result.process.residentBytesAtEnd - result.process.residentBytesBeforeConnecting),
      "lost, late": (result) => `${result.lost + result.missedByClosed}, ${result.stillComing}`,
    },
    main: { name: "p99", of: (result) => result.latencyMs.p99 },
  };
};

const rows = {
  one: [load("1 room × 1,000, 128 B, 1 in flight", ["--connections", "1000", "--in-flight", "1"])],
  sixteen: [load("1 room × 1,000, 128 B, 16 in flight", ["--connections", "1000", "--in-flight", "16"])],
  steady: [load("1 room × 1,000, 128 B, 50 messages/s", ["--connections", "1000", "--rate", "50"])],
  rooms: [load("500 rooms × 20, 128 B, 2,000 messages/s", ["--connections", "10000", "--rooms", "500", "--rate", "2000"])],
  // The same, to members that speak Socket.IO on both.
  socketio: [1, 16].map((inFlight) =>
    load(`Socket.IO: 1 room × 1,000, 128 B, ${inFlight} in flight`, ["--connections", "1000", "--in-flight", String(inFlight)], {
      fanfara: { ...fanfara(), protocol: "socket.io" },
      "socket.io": everybody["socket.io"],
    }),
  ),
  deflate: [
    {
      ...load("1 room × 1,000, 1 KiB of JSON, 50 messages/s", []),
      runs: Object.fromEntries(
        Object.entries({
          "fanfara, deflate": [fanfara("--set", "server.compression.enabled=true"), "--deflate"],
          "fanfara, as it is": [fanfara()],
          "ws, deflate": [ws("--deflate"), "--deflate"],
          "ws, as it is": [ws()],
        }).map(([name, [server, ...more]]) => [
          name,
          { server, arguments: ["--connections", "1000", "--rate", "50", "--json-payload", "1024", ...more] },
        ]),
      ),
    },
  ],
  // ws at a rate it can take: what an overloaded server does to the others says nothing about the paused ones.
  paused: [paused("fanfara", 200), paused("ws", 50)],
  idle: [
    {
      title: "10,000 connections, joined, idle",
      runs: Object.fromEntries(Object.entries(everybody).map(([name, server]) => [name, { server }])),
      measure: idle,
      figures: {
        "RSS KiB/connection": (result) => (result.residentBytes / result.connections / 1024).toFixed(2),
        "live heap KiB/connection": (result) => (result.liveHeap / result.connections / 1024).toFixed(2),
        "RSS MiB, empty": (result) => mebibytes(result.emptyResidentBytes),
      },
      main: { name: "RSS", of: (result) => result.residentBytes },
    },
  ],
};

// ---- running

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function until(found, what, seconds = 120) {
  for (let i = 0; i < seconds * 20; i++) {
    const value = found();
    if (value) return value;
    await pause(50);
  }
  throw new Error(`waited ${seconds} s for ${what}`);
}

function launch(core, command) {
  const child = spawn("taskset", ["-c", core, ...command], { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  const running = { child, output: "", errors: "", ended: false };
  child.stdout.on("data", (chunk) => (running.output += chunk));
  child.stderr.on("data", (chunk) => (running.errors += chunk));
  running.end = new Promise((resolve) => child.on("close", resolve)).then((code) => {
    running.ended = true;
    return code;
  });
  return running;
}

async function start(server) {
  const running = launch("0", server.command);
  const ready = await until(() => {
    if (running.ended) throw new Error(`the server ended early:\n${running.output}${running.errors}`);
    return server.ready.exec(running.output);
  }, "the server");
  return { ...running, running, url: `ws://127.0.0.1:${ready[1]}` };
}

const bench = (server, url, ...more) =>
  launch("1", ["java", "-jar", jar, "bench", "--url", url, "--protocol", server.protocol, "--connect-rate", "1000", "--json",
    ...more]);

async function loaded({ server, arguments: asked }) {
  const { child, end, url } = await start(server);
  try {
    const run = bench(server, url, "--pid", String(child.pid), "--warmup", `${options.warmup}s`,
      "--duration", `${options.seconds}s`, ...asked);
    const code = await run.end;
    if (!run.output) throw new Error(`bench ended with ${code}:\n${run.errors}`);
    return JSON.parse(run.output);
  } finally {
    child.kill("SIGKILL");
    await end;
  }
}

const residentBytes = (pid) => 1024 * Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]);

async function idle({ server }) {
  const connections = 10_000;
  const { child, end, url, running } = await start(server);
  try {
    const state = async () => {
      await server.liveHeap(running); // A first collection, so that both figures are of what is in use.
      if (server.protocol === "native" && /java/.test(server.command[0])) execFileSync("jcmd", [String(child.pid), "GC.run"]);
      return { liveHeap: await server.liveHeap(running), residentBytes: residentBytes(child.pid) };
    };
    const empty = await state();
    const run = bench(server, url, "--rate", "0", "--connections", String(connections), "--rooms", "500",
      "--warmup", "0s", "--duration", "1h");
    try {
      await until(() => {
        if (run.ended) throw new Error(`bench ended early:\n${run.errors}`);
        return new RegExp(`measuring: .* ${connections} joined`).test(run.errors);
      }, "all to join");
      await pause(10_000);
      const full = await state();
      return {
        connections,
        emptyResidentBytes: empty.residentBytes,
        residentBytes: full.residentBytes - empty.residentBytes,
        liveHeap: full.liveHeap - empty.liveHeap,
      };
    } finally {
      run.child.kill("SIGINT");
      await run.end;
    }
  } finally {
    child.kill("SIGKILL");
    await end;
  }
}

// ---- telling

const whole = (value) => Math.round(value).toLocaleString("en");
const mebibytes = (bytes) => (bytes / 1024 / 1024).toFixed(1);

const middle = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

function table({ title, figures, main, runs }, results) {
  const [first] = Object.keys(runs);
  const lines = [
    `| ${title} | ${Object.keys(figures).join(" | ")} | ${first} ÷ this, ${main.name} |`,
    `|---|${"--:|".repeat(Object.keys(figures).length + 1)}`,
  ];
  for (const name of Object.keys(runs)) {
    // Each run whole, in the round whose main figure is the middle one: its figures belong together.
    const typical = [...results[name]].sort((a, b) => main.of(a) - main.of(b))[Math.floor(results[name].length / 2)];
    const ratio = middle(results[name].map((result, round) => main.of(results[first][round]) / main.of(result)));
    lines.push(`| ${name} | ${Object.values(figures).map((figure) => figure(typical)).join(" | ")} | ${ratio.toFixed(2)} |`);
  }
  return lines.join("\n");
}

const chosen = positionals.length > 0 ? positionals : Object.keys(rows);
const unknown = chosen.filter((name) => !rows[name]);
if (unknown.length > 0) {
  console.error(`no such row: ${unknown.join(" ")}; there are ${Object.keys(rows).join(" ")}`);
  process.exit(2);
}

const java = execFileSync("java", ["--version"]).toString().split("\n")[0];
console.log(`${new Date().toISOString().slice(0, 10)}; ${os.cpus().length} cores (${os.cpus()[0].model.trim()}), Linux ${os.release()}, ` +
  `${java}, node ${process.version}; ${rounds} rounds, transport ${options.transport}.`);
console.log("All payloads are equally long; Fanfara's frames carry its envelope (room, user, timestamp) besides, " +
  "Socket.IO's its own, ws relays the publisher's bytes.\n");

for (const name of chosen) {
  for (const part of rows[name]) {
    const results = Object.fromEntries(Object.keys(part.runs).map((each) => [each, []]));
    for (let round = 0; round < rounds; round++) {
      const order = round % 2 === 0 ? Object.entries(part.runs) : Object.entries(part.runs).reverse();
      for (const [each, run] of order) {
        const result = await part.measure(run);
        results[each].push(result);
        const line = JSON.stringify({ row: name, title: part.title, run: each, round, machineLoad: os.loadavg()[0], ...result });
        if (options.out) appendFileSync(options.out, line + "\n");
        console.error(`${name}, ${each}, round ${round + 1}: ${part.main.name} ${part.main.of(result)}`);
      }
    }
    console.log(table(part, results) + "\n");
  }
}
