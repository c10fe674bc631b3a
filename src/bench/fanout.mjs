// Fan-out beside npm ws: one room, N members, one message in flight. Both servers run pinned to core 0, this generator
// to core 1, in alternating rounds; what counts is deliveries per second of the server's CPU, as a ratio.
//
//   mvn -q package -DskipTests && node src/bench/fanout.mjs [members=1000] [rounds=5] [seconds=5] [transport=auto]
import { spawn, execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import path from "node:path";

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, "../..");
const { WebSocket } = createRequire(path.join(root, "src/main/web/package.json"))("ws");

const [members, rounds, seconds] = [process.argv[2] ?? 1000, process.argv[3] ?? 5, process.argv[4] ?? 5].map(Number);
const transport = process.argv[5] ?? "auto";
const payload = "x".repeat(128);
const ticksPerSecond = Number(execFileSync("getconf", ["CLK_TCK"]).toString());

const unlimited = ["messages=100000000/1m", "requestsPerIp=100000000/15m", "connectionsPerIp=100000", "connectsPerSecond=100000"]
  .flatMap((limit) => ["--set", `limits.${limit}`]);

const servers = {
  fanfara: {
    command: ["java", "-jar", path.join(root, "target/fanfara.jar"), "--port", "0", "--management-port", "0", "--no-demo",
      "--set", `server.transport=${transport}`, "--set", "server.eventLoops=1", ...unlimited],
    ready: /ready client=\S+:(\d+)/,
    path: "/ws",
    join: JSON.stringify({ type: "join", room: "bench" }),
    joined: (text) => text.includes('"type":"joined"'),
    message: JSON.stringify({ type: "message", room: "bench", text: payload }),
    isDelivery: (data) => data.includes('"type":"message"'),
  },
  ws: {
    command: ["node", path.join(here, "peer-ws.mjs")],
    ready: /ready (\d+)/,
    path: "/",
    join: "join",
    joined: (text) => text === "joined",
    message: payload,
    isDelivery: (data) => data.length >= payload.length,
  },
};

const cpuSeconds = (pid) => {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  return { user: Number(fields[11]) / ticksPerSecond, system: Number(fields[12]) / ticksPerSecond };
};
const residentKiB = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]);

async function start(server) {
  const child = spawn("taskset", ["-c", "0", ...server.command], { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
  const port = await new Promise((resolve, reject) => {
    let output = "";
    child.stdout.on("data", (chunk) => {
      output += chunk;
      const ready = server.ready.exec(output);
      if (ready) resolve(Number(ready[1]));
    });
    child.on("exit", () => reject(new Error(`ended early:\n${output}`)));
  });
  return { child, port };
}

const open = (server, port) =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${server.path}`, { perMessageDeflate: false, skipUTF8Validation: true });
    socket.on("error", reject);
    socket.on("open", () => socket.send(server.join));
    const waitForJoin = (data) => {
      if (server.joined(data.toString())) {
        socket.off("message", waitForJoin);
        resolve(socket);
      }
    };
    socket.on("message", waitForJoin);
  });

async function round(name) {
  const server = servers[name];
  const { child, port } = await start(server);
  try {
    const emptyKiB = residentKiB(child.pid);
    const sockets = [];
    for (let i = 0; i < members; i += 50) {
      sockets.push(...(await Promise.all(Array.from({ length: Math.min(50, members - i) }, () => open(server, port)))));
    }
    const publisher = await open(server, port);
    let deliveries = 0;
    let sentAt = 0;
    let pending = 0;
    let counting = false;
    const latencies = [];
    const send = () => {
      pending = sockets.length;
      sentAt = process.hrtime.bigint();
      publisher.send(server.message);
    };
    for (const socket of sockets) {
      socket.on("message", (data) => {
        if (!server.isDelivery(data)) return;
        deliveries += 1;
        pending -= 1;
        if (pending === 0) {
          if (counting) latencies.push(Number(process.hrtime.bigint() - sentAt) / 1e6);
          send();
        }
      });
    }
    send();
    await new Promise((resolve) => setTimeout(resolve, 3000)); // the JIT of both has to warm up
    counting = true;
    const [cpu, count] = [cpuSeconds(child.pid), deliveries];
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    const [spent, delivered] = [cpuSeconds(child.pid), deliveries - count];
    const [user, system] = [spent.user - cpu.user, spent.system - cpu.system];
    const result = {
      perCpuSecond: delivered / (user + system),
      userMicrosEach: (user * 1e6) / delivered,
      systemMicrosEach: (system * 1e6) / delivered,
      perSecond: delivered / seconds,
      p50: latencies.sort((a, b) => a - b)[Math.floor(latencies.length / 2)],
      p99: latencies[Math.floor(latencies.length * 0.99)],
      residentKiBPerConnection: (residentKiB(child.pid) - emptyKiB) / (members + 1),
    };
    counting = false;
    [...sockets, publisher].forEach((socket) => socket.terminate());
    return result;
  } finally {
    child.kill("SIGKILL");
  }
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const results = { fanfara: [], ws: [] };
for (let i = 0; i < rounds; i++) {
  for (const name of i % 2 === 0 ? ["fanfara", "ws"] : ["ws", "fanfara"]) {
    const result = await round(name);
    results[name].push(result);
    console.error(name, JSON.stringify(result));
  }
}
const of = (name, figure) => median(results[name].map((result) => result[figure]));
for (const figure of ["perCpuSecond", "userMicrosEach", "systemMicrosEach", "perSecond", "p50", "p99", "residentKiBPerConnection"]) {
  const ratio = median(results.fanfara.map((result, i) => result[figure] / results.ws[i][figure]));
  console.log(`${figure}: fanfara ${of("fanfara", figure).toFixed(2)}, ws ${of("ws", figure).toFixed(2)}, ratio ${ratio.toFixed(2)}`);
}
process.exit(0);
