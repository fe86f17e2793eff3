// One life with acme-client: an account, a certificate by http-01, a new account key, a wildcard by dns-01, a renewal,
// a revocation. Prints the chains as JSON. The environment says where everything is.
const { execFileSync } = require('child_process');
const http = require('http');
const path = require('path');
const acme = require(path.join(process.env.MODULES, 'acme-client'));

const pages = new Map();
const asked = [];
const pageServer = http.createServer((request, response) => {
    asked.push(request.url);
    response.statusCode = pages.has(request.url) ? 200 : 404;
    response.end(pages.get(request.url) || '');
});

const pageOf = (challenge) => `/.well-known/acme-challenge/${challenge.token}`;
const changeRecord = (action, authorization, value) => execFileSync(process.env.PYTHON,
    [process.env.DNS_SERVER, action, process.env.ZONE, `_acme-challenge.${authorization.identifier.value}`, value]);

async function obtain(client, altNames, type) {
    const [, csr] = await acme.crypto.createCsr({ altNames }, await acme.crypto.createPrivateEcdsaKey());
    return client.auto({
        csr,
        email: 'ops@chancery.example',
        termsOfServiceAgreed: true,
        challengePriority: [type],
        challengeCreateFn: async (authorization, challenge, value) => {
            if (challenge.type === 'http-01') pages.set(pageOf(challenge), value);
            else changeRecord('add', authorization, value);
        },
        challengeRemoveFn: async (authorization, challenge, value) => {
            if (challenge.type === 'http-01') pages.delete(pageOf(challenge));
            else changeRecord('remove', authorization, value);
        },
    });
}

async function main() {
    await new Promise((resolve) => { pageServer.listen(80, '127.0.0.1', resolve); });
    const client = new acme.Client({
        directoryUrl: process.env.DIRECTORY_URL,
        accountKey: await acme.crypto.createPrivateEcdsaKey(),
        backoffMin: 200,
        backoffMax: 1000,
    });
    const name = 'npm.chancery.example';
    const first = await obtain(client, [name], 'http-01');
    const account = client.getAccountUrl();
    await client.updateAccountKey(await acme.crypto.createPrivateEcdsaKey());
    const wildcard = await obtain(client, [`wild.${name}`, `*.wild.${name}`], 'dns-01');
    const second = await obtain(client, [name], 'http-01');
    await client.revokeCertificate(second, { reason: 4 });
    pageServer.close();
    process.stdout.write(JSON.stringify({ account, first, wildcard, second, asked }));
}

main().then(() => process.exit(0), (error) => {
    console.error(error);
    process.exit(1);
});
