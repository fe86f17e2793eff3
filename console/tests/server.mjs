// A server as it is shipped, on free ports and an empty directory, for the tests in a browser.
import { spawn } from "node:child_process";
import { mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import https from "node:https";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const binary = process.env.CHANCERY_BINARY;

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

export class Server {
  /** Of who has signed in, by e-mail address. */
  cookies = new Map();

  constructor(environment = {}) {
    this.extra = environment;
    this.directory = mkdtempSync(join(tmpdir(), "chancery-console-"));
  }

  async start() {
    this.port ??= await freePort();
    this.httpPort ??= await freePort();
    this.url = `https://localhost:${this.port}`;
    const out = openSync(join(this.directory, "out"), "a");
    const log = openSync(join(this.directory, "log"), "a");
    this.process = spawn(binary, ["--data", join(this.directory, "data"), "serve"], {
      stdio: ["ignore", out, log],
      env: {
        ...process.env,
        CHANCERY_SERVER_LISTEN: `127.0.0.1:${this.port}`,
        CHANCERY_SERVER_HTTP_LISTEN: `127.0.0.1:${this.httpPort}`,
        CHANCERY_SERVER_DRAIN_SECONDS: "1",
        CHANCERY_SETUP_DOMAINS: "localhost,example.com",
        CHANCERY_HOST_CHECKS_ALLOWED_NETWORKS: "127.0.0.0/8,::1/128",
        CHANCERY_LOG_LEVEL: "info",
        ...this.extra,
      },
    });
    for (let attempt = 0; attempt < 600; attempt++) {
      if (this.process.exitCode !== null) throw new Error(`The server ended.\n${this.read("out")}${this.read("log")}`);
      if (await this.isReady()) return this;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error("The server did not become ready.");
  }

  async isReady() {
    try {
      return (await this.request("GET", "/readyz")).status === 200;
    } catch {
      return false;
    }
  }

  read(name) {
    return readFileSync(join(this.directory, name), "utf8");
  }

  /** What the server printed when it started. */
  printed(pattern) {
    const found = pattern.exec(this.read("out"));
    if (!found) throw new Error(`Not printed: ${pattern}\n${this.read("out")}`);
    return found[1];
  }

  get password() {
    return this.printed(/password\s+(\S+)/);
  }

  get token() {
    return this.printed(/API token\s+(\S+)/);
  }

  request(method, path, { body, headers = {} } = {}) {
    return new Promise((resolve, reject) => {
      const request = https.request(this.url + path, { method, headers, rejectUnauthorized: false }, (response) => {
        const pieces = [];
        response.on("data", (piece) => pieces.push(piece));
        response.on("end", () => {
          const text = Buffer.concat(pieces).toString();
          const isJson = /json/.test(response.headers["content-type"] ?? "");
          resolve({
            status: response.statusCode,
            headers: response.headers,
            text,
            json: isJson ? JSON.parse(text) : undefined,
          });
        });
      });
      request.on("error", reject);
      request.end(body);
    });
  }

  /** A REST call as the administrator's token, whatever comes of it; paths begin behind /api/v1. */
  call(method, path, body, headers = {}) {
    const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
    return this.request(method, `/api/v1${path}`, {
      body: body === undefined ? undefined : JSON.stringify(body),
      headers: {
        Authorization: `Bearer ${this.token}`,
        ...(body === undefined ? {} : { "Content-Type": type }),
        ...headers,
      },
    });
  }

  /** The same, which must succeed. */
  async api(method, path, body, headers) {
    const answer = await this.call(method, path, body, headers);
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer;
  }

  /** The same, which a policy must refuse. */
  async refused(method, path, body) {
    const answer = await this.call(method, path, body);
    if (answer.json?.code !== "POLICY_HARD_FAIL") throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
  }

  /** With the code that is asked for. */
  async revoke(id, reason = "superseded") {
    const challenge = await this.api("POST", `/certificates/${id}/revocation-challenges`);
    await this.api("POST", `/certificates/${id}/revocation`, { code: challenge.json.code, reason });
  }

  /** The id of a new certificate. */
  async certificate(name, more = {}) {
    const order = await this.api("POST", "/orders", { common_name: name, key_algorithm: "ec-256", ...more });
    return order.json.certificate_id;
  }

  stop() {
    return new Promise((resolve) => {
      if (!this.process || this.process.exitCode !== null) return resolve();
      this.process.once("exit", () => resolve());
      this.process.kill("SIGTERM");
    });
  }

  async end() {
    await this.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
