import { expect, test } from "vitest";
import { decodePem } from "./decode";

// openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -subj /O=Example/CN=app.example.com -addext subjectAltName=…
const kRequest = `-----BEGIN CERTIFICATE REQUEST-----
MIIBGzCBwQIBADAsMRAwDgYDVQQKDAdFeGFtcGxlMRgwFgYDVQQDDA9hcHAuZXhh
bXBsZS5jb20wWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATBNERKkJ8oNaIlzKn7
q4Xkg+MxJMNrwM4cqLlh7PCZ3VPnbA7CJiAQOZcHWuKtuOwToYd3PKbSd0EdPlfx
Sw+koDMwMQYJKoZIhvcNAQkOMSQwIjAgBgNVHREEGTAXgg9hcHAuZXhhbXBsZS5j
b22HBMAAAgcwCgYIKoZIzj0EAwIDSQAwRgIhAIQOSbrXrGgH0tr9Iv8iBpti1BcI
f8Ngo2jn2e1PGhd3AiEA+t/45NHfwcawqUkxjxxRUeuk/zUZBD1gtCF2xxU39D8=
-----END CERTIFICATE REQUEST-----`;

const kCertificate = `-----BEGIN CERTIFICATE-----
MIIDNTCCAh2gAwIBAgIBHzANBgkqhkiG9w0BAQsFADAbMQswCQYDVQQGEwJERTEM
MAoGA1UEAwwDT2xkMB4XDTI2MTEyODE1NDU0M1oXDTI2MTIyODE1NDU0M1owGzEL
MAkGA1UEBhMCREUxDDAKBgNVBAMMA09sZDCCASIwDQYJKoZIhvcNAQEBBQADggEP
ADCCAQoCggEBAL8DfWCgFfwbJuWZ/+PfWixg5yprYwqIeiFhLQVkYNGe5rYvOxWb
rrtIRl37dvfq36f/UFD7dIKz2kISgKwAIfn1uf4zgMnoeP7Ud+gPAgm+zgw3BPmY
vqml3UdmxiFyHHxqvsbrYT462bjAADeM24k/fltGB3UKwKXOjqPUrWES9c0rX1OC
AMNadNdOO9k3Oy6AaGtha2T1NA4y4MzPenyFJsneBHH+XV+NG3nqqn9fuh/qF/u/
uRuXfHbcXz+q7JosLHvg9mkKwbZrBh3X3023fezHFYp/H++ksJ6sde2TAYwGVeb2
oYnf0EV8c9n1txese3La0Xph2gN0kHLxQ6MCAwEAAaOBgzCBgDAdBgNVHQ4EFgQU
9wLp5yvMgVmDY6ZwYotL+m+dQD8wHwYDVR0jBBgwFoAU9wLp5yvMgVmDY6ZwYotL
+m+dQD8wDwYDVR0TAQH/BAUwAwEB/zAdBgNVHSUEFjAUBggrBgEFBQcDAQYIKwYB
BQUHAwIwDgYDVR0PAQH/BAQDAgWgMA0GCSqGSIb3DQEBCwUAA4IBAQCbFh6fQQK3
l2rijkHXJjsL0/WgetgICk3+71+IaSc+E3KE+tJy4W03sfp7bze7BkuFRPwRFrHC
/MOlCHe52drZ2ZybjayQDJ7vsDZSdy4XLrPjZ7lqlJHZGJ4GMqll19xlWV3gHc9U
TdalasT7bDCSvOUuZBAUBPfTJoJJ6+i3RopJEgihSSdVyJPXnjK9SeIk1DnQQl8Z
DGi9R+tg6HDwqHCdcnyT2AyNFbCiXwM6tRMlk5OxVBSNv0IWA7Lx9Q0EBvEe1H7V
z5/RgY3KyXgeW9dIrRevBFsQdDXtdc/lg+qnSDpPyU2xnpNaFb6/lD/Z8HZ1IDhz
PVI9WFxqcGX0
-----END CERTIFICATE-----`;

test("a signing request tells its subject, names and key", () => {
  const [request] = decodePem(kRequest);
  expect(request).toMatchObject({
    kind: "request",
    subject: "CN=app.example.com,O=Example",
    commonName: "app.example.com",
    key: "ec-256",
    signature: "sha256 with ECDSA",
    names: [
      { type: "dns", value: "app.example.com" },
      { type: "ip", value: "192.0.2.7" },
    ],
  });
});

test("a certificate tells its validity, usages and key size", () => {
  const [certificate] = decodePem(kCertificate);
  expect(certificate).toMatchObject({
    kind: "certificate",
    subject: "CN=Old,C=DE",
    issuer: "CN=Old,C=DE",
    key: "rsa-2048",
    signature: "sha256 with RSA",
    serialNumber: "1f",
  });
  expect(certificate?.extensions).toContainEqual({
    name: "Extended key usage",
    value: "serverAuth, clientAuth",
    critical: false,
  });
  expect(certificate?.extensions).toContainEqual({
    name: "Key usage",
    value: "digitalSignature, keyEncipherment",
    critical: true,
  });
});

test("what is no PEM, and a private key, are refused with a sentence", () => {
  expect(() => decodePem("hello")).toThrow(/no PEM block/);
  expect(() => decodePem("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----")).toThrow(/private key/);
  expect(() => decodePem(kRequest.replace(/\n.{64}\n/, "\n"))).toThrow();
});
