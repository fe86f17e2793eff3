// A small OpenID provider with a sign-in page, strict about everything that it is asked: the authorization code flow with
// PKCE, one code for each login, good once.
import { execFileSync } from "node:child_process";
import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import https from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";

const kClientId = "chancery";
const kAlgorithms = {
  RS256: { pair: generateKeyPairSync("rsa", { modulusLength: 2048 }), options: {} },
  ES256: { pair: generateKeyPairSync("ec", { namedCurve: "P-256" }), options: { dsaEncoding: "ieee-p1363" } },
};

const kPage = `<!doctype html><html lang="en"><title>Realm</title><h1>Realm</h1>
<form method="post"><label>User name <input name="user"></label>
<button name="answer" value="yes">Log in</button> <button name="answer" value="no">Deny</button></form></html>`;

const encoded = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

export class IdentityProvider {
  /** Claims of the ID token by the user name that is typed. */
  people = {};
  algorithm = "RS256";
  /** What was asked wrongly. */
  faults = [];
  #grants = new Map();

  constructor() {
    this.directory = mkdtempSync(join(tmpdir(), "chancery-realm-"));
    this.certificate = join(this.directory, "certificate.pem");
    const key = join(this.directory, "key.pem");
    const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-keyout", key];
    const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
    execFileSync("openssl", ["req", "-x509", ...curve, ...subject, "-days", "1", "-out", this.certificate], {
      stdio: "ignore",
    });
    this.tls = { key: readFileSync(key), cert: readFileSync(this.certificate) };
  }

  async start() {
    this.server = https.createServer(this.tls, (request, response) => this.#serve(request, response));
    await new Promise((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    this.url = `https://localhost:${this.server.address().port}`;
    return this;
  }

  /** What the server that signs in here is started with; `more` are further settings. */
  settings(more = {}) {
    return {
      CHANCERY_OIDC_ISSUER: this.url,
      CHANCERY_OIDC_CLIENT_ID: kClientId,
      CHANCERY_OIDC_CLIENT_SECRET_FILE: new URL("./oidc-secret.txt", import.meta.url).pathname,
      CHANCERY_OIDC_TRUST_ANCHORS_FILE: this.certificate,
      CHANCERY_PROVIDERS_ALLOWED_NETWORKS: "127.0.0.0/8,::1/128",
      ...more,
    };
  }

  end() {
    this.server?.closeAllConnections();
    this.server?.close();
    rmSync(this.directory, { recursive: true, force: true });
  }

  async #serve(request, response) {
    const url = new URL(request.url, this.url);
    const pieces = [];
    for await (const piece of request) pieces.push(piece);
    const form = new URLSearchParams(Buffer.concat(pieces).toString());
    const json = (status, value) =>
      response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(value));
    try {
      switch (`${request.method} ${url.pathname}`) {
        case "GET /.well-known/openid-configuration":
          return json(200, {
            issuer: this.url,
            authorization_endpoint: `${this.url}/authorize`,
            token_endpoint: `${this.url}/token`,
            jwks_uri: `${this.url}/keys`,
            token_endpoint_auth_methods_supported: ["client_secret_basic"],
          });
        case "GET /keys":
          return json(200, {
            keys: Object.entries(kAlgorithms).map(([alg, { pair }]) => ({
              ...pair.publicKey.export({ format: "jwk" }),
              use: "sig",
              kid: alg,
              alg,
            })),
          });
        case "GET /authorize":
          this.#expectAuthorization(url.searchParams);
          return response.writeHead(200, { "Content-Type": "text/html" }).end(kPage);
        case "POST /authorize":
          return response.writeHead(302, { Location: this.#answer(url.searchParams, form) }).end();
        case "GET /favicon.ico":
          return response.writeHead(204).end();
        case "POST /token":
          return json(200, this.#token(request, form));
        default:
          return response.writeHead(404).end();
      }
    } catch (error) {
      this.faults.push(error.message);
      return json(400, { error: "invalid_request", error_description: error.message });
    }
  }

  #expect(fine, what) {
    if (!fine) throw new Error(`asked wrongly: ${what}`);
  }

  #expectAuthorization(asked) {
    this.#expect(asked.get("response_type") === "code", "response_type");
    this.#expect(asked.get("client_id") === kClientId, "client_id");
    this.#expect(/^https:\/\/localhost:\d+\/oidc\/callback$/.test(asked.get("redirect_uri")), "redirect_uri");
    this.#expect(asked.get("scope").split(" ").includes("openid"), "scope");
    this.#expect(asked.get("code_challenge_method") === "S256", "code_challenge_method");
    this.#expect(/^[\w-]{43}$/.test(asked.get("code_challenge")), "code_challenge");
    this.#expect(asked.get("state").length >= 43 && asked.get("nonce").length >= 43, "state or nonce");
  }

  /** Where the person goes who has logged in, or has not wanted to. */
  #answer(asked, form) {
    this.#expectAuthorization(asked);
    const back = new URL(asked.get("redirect_uri"));
    back.searchParams.set("state", asked.get("state"));
    const claims = this.people[form.get("user")];
    if (form.get("answer") !== "yes" || !claims) {
      back.searchParams.set("error", "access_denied");
      return back.href;
    }
    const code = randomBytes(24).toString("base64url");
    this.#grants.set(code, { ...Object.fromEntries(asked), claims: { sub: form.get("user"), ...claims } });
    back.searchParams.set("code", code);
    return back.href;
  }

  #token(request, form) {
    const [scheme, credentials] = (request.headers.authorization ?? "").split(" ");
    const secret = readFileSync(new URL("./oidc-secret.txt", import.meta.url), "utf8").split("\n")[0];
    // RFC 6749 section 2.3.1: form-encoded, then put together.
    const shown = new URLSearchParams(
      Buffer.from(credentials ?? "", "base64")
        .toString()
        .replace(/^(.*?):/, "id=$1&secret="),
    );
    this.#expect(scheme === "Basic" && shown.get("id") === kClientId && shown.get("secret") === secret, "credentials");
    this.#expect(form.get("grant_type") === "authorization_code", "grant_type");
    const grant = this.#grants.get(form.get("code"));
    this.#expect(grant, "code");
    this.#grants.delete(form.get("code"));
    this.#expect(form.get("redirect_uri") === grant.redirect_uri, "redirect_uri");
    const challenge = createHash("sha256").update(form.get("code_verifier")).digest("base64url");
    this.#expect(challenge === grant.code_challenge, "code_verifier");
    return { access_token: "unused", token_type: "Bearer", expires_in: 60, id_token: this.#idToken(grant) };
  }

  #idToken({ nonce, claims }) {
    const now = Math.floor(Date.now() / 1000);
    const header = encoded({ alg: this.algorithm, kid: this.algorithm, typ: "JWT" });
    const payload = encoded({ iss: this.url, aud: kClientId, iat: now, exp: now + 60, nonce, ...claims });
    const { pair, options } = kAlgorithms[this.algorithm];
    const signature = sign("sha256", Buffer.from(`${header}.${payload}`), { key: pair.privateKey, ...options });
    return `${header}.${payload}.${signature.toString("base64url")}`;
  }
}
