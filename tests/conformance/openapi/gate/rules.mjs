// The conventions of the API as rules for `redocly lint`; redocly.yaml turns them on.

const API = '/api/v1/';
const SCOPES = ['read', 'write', 'admin'];
const METHODS = ['get', 'put', 'post', 'delete', 'patch'];
/** Rights that every role and every scope has (rights.csv): nobody is forbidden to read what needs no other. */
const EVERYBODYS = ['ReadAcmeServers', 'ReadAuthorities', 'ReadCertificates', 'ReadDomains', 'ReadOrders',
    'ReadOwnProfile', 'ReadPolicies', 'ReadProviders'];
const AUDIT_EVENT = /^[a-z_]+\.[a-z_]+(\.[a-z_]+)?$/;
const SNAKE_CASE = /^[a-z][a-z0-9_]*$/;

const isOpen = (operation) => Array.isArray(operation.security) && operation.security.length === 0;

/** Calls `check` for every operation with its path, method and a way to look things up. */
function everyOperation(check) {
    return () => ({
        PathItem(item, { report, resolve, location, key }) {
            const follow = (value) => (value?.$ref ? resolve(value).node : value) ?? {};
            for (const method of METHODS.filter((name) => item[name])) {
                const say = (message) => report({
                    message: `${item[method].operationId ?? `${method} ${key}`}: ${message}`,
                    location: location.child([method]),
                });
                check({ operation: item[method], path: String(key), method, follow, say });
            }
        },
    });
}

const parametersOf = ({ operation, follow }) => (operation.parameters ?? []).map(follow);
const hasParameter = (visit, name) => parametersOf(visit).some((one) => one.name.toLowerCase() === name);

const described = everyOperation(({ operation, say }) => {
    for (const member of ['operationId', 'summary', 'description']) {
        if (!operation[member]) {
            say(`has no ${member}`);
        }
    }
    if (operation.tags?.length !== 1) {
        say('has not exactly one tag');
    }
});

const authorised = everyOperation(({ operation, path, say }) => {
    if (isOpen(operation)) {
        if (operation['x-right']) {
            say('is open, but names a right');
        }
    } else if (!path.startsWith(API)) {
        say('is outside the API and says not that it is open (security: [])');
    } else if (!operation['x-right'] || !SCOPES.includes(operation['x-scope'])) {
        say('names not what its caller needs: x-right and x-scope (read, write or admin), or security: []');
    }
});

const audited = everyOperation(({ operation, path, method, say }) => {
    const events = operation['x-audit-events'];
    if (events === undefined) {
        if (method !== 'get' && path.startsWith(API)) {
            say('changes something and has no x-audit-events ([] where nothing is recorded)');
        }
    } else if (!Array.isArray(events) || !events.every((one) => AUDIT_EVENT.test(one))) {
        say('x-audit-events is a list of names like certificate.revoke.success');
    }
});

/** The refusals that follow from what an operation is. */
function impliedRefusals(visit) {
    const { operation, path, method } = visit;
    const implied = new Map();
    const add = (reason, ...statuses) => statuses.forEach((status) => implied.set(status, reason));
    add('every operation of the API has it', '406', '429', '500', '503');
    if (!isOpen(operation)) {
        const everybodys = method === 'get' && EVERYBODYS.includes(operation['x-right']);
        add('it needs a right', '401', ...(everybodys ? [] : ['403']));
    }
    if (operation.requestBody) {
        add('it has a body', '400', '413', '415', '422');
    }
    if (path.includes('{')) {
        add('its path has an id', '404');
    }
    if (hasParameter(visit, 'if-match')) {
        add('it takes If-Match', '412', '428');
    }
    if (hasParameter(visit, 'idempotency-key')) {
        add('it takes an Idempotency-Key', '400', '409', '422');
    }
    if (parametersOf(visit).some((one) => one.in === 'query')) {
        add('it has query members', '422');
    }
    if (method === 'get' && hasParameter(visit, 'if-none-match')) {
        add('it takes If-None-Match', '304');
    }
    return implied;
}

const refused = everyOperation((visit) => {
    if (!visit.path.startsWith(API)) {
        return;
    }
    for (const [status, reason] of impliedRefusals(visit)) {
        if (!visit.operation.responses[status]) {
            visit.say(`does not document ${status}: ${reason}`);
        }
    }
});

const problems = everyOperation(({ operation, path, follow, say }) => {
    for (const [status, answer] of Object.entries(operation.responses)) {
        if (!path.startsWith(API) || !/^[45]/.test(status)) {
            continue;
        }
        const { content, 'x-problem-codes': codes } = follow(answer);
        if (!content?.['application/problem+json']) {
            say(`${status} is not application/problem+json`);
        }
        if (!Array.isArray(codes) || codes.length === 0) {
            say(`${status} names no x-problem-codes`);
        }
    }
});

const hasExample = (media) => media.example !== undefined || media.examples !== undefined;

const exemplified = everyOperation(({ operation, path, follow, say }) => {
    if (!path.startsWith(API)) {
        return;
    }
    for (const [type, media] of Object.entries(follow(operation.requestBody).content ?? {})) {
        if (!hasExample(media)) {
            say(`its request has no example (${type})`);
        }
    }
    for (const [status, answer] of Object.entries(operation.responses)) {
        const media = follow(answer).content?.['application/json'];
        if (status.startsWith('2') && media && !hasExample(media)) {
            say(`its answer ${status} has no example: write one, or take it from the tests with scripts/openapi_examples`);
        }
    }
});

const paged = ({ whole = {} }) => everyOperation((visit) => {
    const { operation, method, follow, say } = visit;
    const schema = follow(follow(operation.responses['200']).content?.['application/json']?.schema);
    const members = schema.properties ?? {};
    if (method !== 'get' || !members.next_cursor || operation.operationId in whole) {
        return;
    }
    for (const name of ['items', 'has_more']) {
        if (!members[name]) {
            say(`is a list without ${name}`);
        }
    }
    for (const name of ['limit', 'cursor', 'include_total']) {
        if (!hasParameter(visit, name)) {
            say(`is a list without the query member ${name}`);
        }
    }
})();

const types = (schema) => [schema.type ?? []].flat().filter((type) => type !== 'null');

/** Members by their names: snake_case; `…_id` is a UUID and `…_at` a time. `free`: Schema.member or member that may be any
 * text, each with the reason. */
function typedMembers({ free = {} }) {
    return {
        SchemaProperties(properties, { report, resolve, location }) {
            for (const [name, given] of Object.entries(properties)) {
                const schema = given?.$ref ? resolve(given).node ?? {} : given;
                const say = (message) => report({ message: `${name}: ${message}`, location: location.child([name]) });
                if (!SNAKE_CASE.test(name)) {
                    say('is not snake_case');
                }
                const owner = /schemas\/(\w+)\//.exec(location.pointer)?.[1];
                const isFree = `${owner}.${name}` in free || name in free;
                const isText = types(schema).includes('string');
                if (/^id$|_id$/.test(name) && isText && schema.format !== 'uuid' && !isFree) {
                    say(`is an id (${owner}): format uuid, or a reference to Id`);
                }
                if (/_at$|^valid_(from|to)$/.test(name) && isText && schema.format !== 'date-time') {
                    say('is a time: format date-time');
                }
            }
        },
    };
}

export default function conventions() {
    return {
        id: 'conventions',
        rules: {
            oas3: {
                described, authorised, audited, refused, problems, exemplified, paged, 'typed-members': typedMembers,
            },
        },
    };
}
