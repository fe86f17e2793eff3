// A client in TypeScript whose types were generated from the OpenAPI document: it compiles only while the document says
// what is used here, and it runs only while the server does what the document says.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';

import createClient, { type Middleware } from 'openapi-fetch';

import type { components, paths } from './schema.js';

type Certificate = components['schemas']['Certificate'];
type Problem = components['schemas']['Problem'];

function setting(name: string): string {
    const value = process.env[name];
    assert.ok(value, `${name} is not set`);
    return value;
}

const server = setting('SERVER_URL');
const domain = setting('DOMAIN');
/** Behind a proxy that checks requests against the document, what breaks it does not reach the server. */
const isChecked = process.env['CHECKED'] === 'yes';
const api = createClient<paths>({ baseUrl: server, headers: { Authorization: `Bearer ${setting('TOKEN')}` } });

const onceOnly = () => ({ 'Idempotency-Key': randomUUID() });

/** What was answered, or the refusal as an exception. */
function granted<T>(answer: { data?: T; error?: Problem }): T {
    assert.equal(answer.error, undefined, JSON.stringify(answer.error));
    assert.ok(answer.data !== undefined);
    return answer.data;
}

/** The refusal, which is one with this status and code. */
function refusal(answer: { error?: Problem; response: Response }, status: number, code: string): Problem {
    assert.ok(answer.error, `not refused: ${answer.response.status}`);
    assert.equal(answer.response.status, status);
    assert.equal(answer.response.headers.get('content-type'), 'application/problem+json');
    assert.equal(answer.error.status, status);
    assert.equal(answer.error.code, code);
    assert.equal(answer.error.request_id, answer.response.headers.get('x-request-id'));
    return answer.error;
}

async function signInAndOut() {
    const anybody = createClient<paths>({ baseUrl: server });
    const answer = await anybody.POST('/api/v1/sessions', {
        body: { email: setting('EMAIL'), password: setting('PASSWORD') },
    });
    const session = granted(answer);
    assert.equal(session.user.role, 'super_administrator');
    const cookie = answer.response.headers.get('set-cookie')?.split(';')[0] ?? '';
    assert.match(cookie, /^__Host-chancery_session=./);
    const asBrowser: Middleware = {
        onRequest({ request }) {
            request.headers.set('Cookie', cookie);
            return request;
        },
    };
    anybody.use(asBrowser);
    assert.equal(granted(await anybody.GET('/api/v1/me')).csrf_token, session.csrf_token);
    refusal(await anybody.DELETE('/api/v1/sessions/current'), 403, 'FORBIDDEN');
    const out = await anybody.DELETE('/api/v1/sessions/current', {
        params: { header: { 'X-CSRF-Token': session.csrf_token } },
    });
    assert.equal(out.response.status, 204);
    refusal(await anybody.GET('/api/v1/me'), 401, 'UNAUTHENTICATED');
}

async function registerDomain(name: string) {
    const made = granted(await api.POST('/api/v1/domains', { params: { header: onceOnly() }, body: { name } }));
    assert.equal(made.enabled, true);
    const path = { id: made.id };
    const body = { enabled: false };
    refusal(await api.PATCH('/api/v1/domains/{id}', {
        params: { path, header: { 'If-Match': '"0"' } }, body,
    }), 412, 'PRECONDITION_FAILED');
    return made;
}

async function order(commonName: string): Promise<string> {
    const header = onceOnly();
    const body = { common_name: commonName, key_algorithm: 'ec-256' as const };
    const first = granted(await api.POST('/api/v1/orders', { params: { header }, body }));
    assert.equal(first.status, 'complete');
    const again = await api.POST('/api/v1/orders', { params: { header }, body });
    assert.equal(again.response.headers.get('idempotency-replayed'), 'true');
    assert.equal(granted(again).id, first.id);
    assert.ok(first.certificate_id);
    return first.certificate_id;
}

async function everyCertificate(): Promise<Certificate['id'][]> {
    const found: string[] = [];
    let cursor: string | null = null;
    do {
        const query: { domain: string; limit: number; cursor?: string } = { domain, limit: 2 };
        if (cursor !== null) {
            query.cursor = cursor;
        }
        const page: components['schemas']['CertificateList'] = granted(
            await api.GET('/api/v1/certificates', { params: { query } }));
        assert.ok(page.items.length <= 2);
        assert.equal(page.has_more, page.next_cursor !== null);
        found.push(...page.items.map((item) => item.id));
        cursor = page.next_cursor;
    } while (cursor !== null);
    return found;
}

async function readMistakes() {
    const unregistered = refusal(await api.POST('/api/v1/orders', {
        body: { common_name: 'www.not-registered.example' },
    }), 422, 'DOMAIN_NOT_ACTIVE');
    assert.equal(unregistered.names?.[0]?.value, 'www.not-registered.example');
    const nothing = { id: '01939f6a-7a3c-7d52-8d8f-1f6a7e2b9c10' };
    refusal(await api.GET('/api/v1/orders/{id}', { params: { path: nothing } }), 404, 'NOT_FOUND');
    if (isChecked) {
        return;
    }
    const mistaken = refusal(await api.POST('/api/v1/orders', {
        body: { common_name: `a.${domain}`, validity_days: 0 },
    }), 422, 'VALIDATION_ERROR');
    assert.equal(mistaken.errors?.[0]?.pointer, '/validity_days');
}

async function revoke(id: string) {
    const path = { id };
    const shown = granted(await api.POST('/api/v1/certificates/{id}/revocation-challenges', { params: { path } }));
    assert.ok(shown.code);
    const wrong = shown.code === '000000' ? '111111' : '000000';
    const revocation = '/api/v1/certificates/{id}/revocation';
    refusal(await api.POST(revocation, { params: { path }, body: { code: wrong } }), 422, 'CHALLENGE_MISMATCH');
    const revoked = granted(await api.POST(revocation, {
        params: { path, header: onceOnly() }, body: { code: shown.code, reason: 'superseded' },
    }));
    assert.equal(revoked.status, 'revoked');
    assert.equal(granted(await api.GET(revocation, { params: { path } })).reason, 'superseded');
    refusal(await api.POST('/api/v1/certificates/{id}/revocation-challenges', { params: { path } }), 409, 'ALREADY_REVOKED');
}

await signInAndOut();
await registerDomain(domain);
const names = ['a', 'b', 'c', 'd', 'e'].map((label) => `${label}.${domain}`);
const issued: string[] = [];
for (const name of names) {
    issued.push(await order(name));
}
assert.deepEqual((await everyCertificate()).sort(), [...issued].sort());
await readMistakes();
await revoke(issued[0] ?? '');
console.log(JSON.stringify({ certificates: issued, revoked: issued[0] }));
