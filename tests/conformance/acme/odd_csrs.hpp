#pragma once

/// CSRs for www.example.org that no well-behaved client makes, DER in base64; made with openssl req.
namespace chancery::test::csrs {

inline constexpr const char* kForCa =
    "MIIBEzCBugIBADAaMRgwFgYDVQQDDA93d3cuZXhhbXBsZS5vcmcwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAS0v26gW07ztXC8"
    "dl6msH0/gq64Ara/vur7BCGUUtUPJco7ZXZ1X+B9yQpWUyfeJyqou6Rs/o156a2HNVdbOwCboD4wPAYJKoZIhvcNAQkOMS8wLTAa"
    "BgNVHREEEzARgg93d3cuZXhhbXBsZS5vcmcwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEAhCi/FkyA0QSueXZm"
    "g5s11rDNksGPDOI7R4jaQlHEEqgCIF5U4MQPLOpqP4RmP4L8X5IMV6odp6N7Fp1kIGyJA/E6";
inline constexpr const char* kSignedWithSha1 =
    "MIHnMIGPAgEAMAAwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAS0v26gW07ztXC8dl6msH0/gq64Ara/vur7BCGUUtUPJco7ZXZ1"
    "X+B9yQpWUyfeJyqou6Rs/o156a2HNVdbOwCboC0wKwYJKoZIhvcNAQkOMR4wHDAaBgNVHREEEzARgg93d3cuZXhhbXBsZS5vcmcw"
    "CQYHKoZIzj0EAQNIADBFAiAQ5A6Dhjx47WbGW7DW7ezqGEq21w0vcsFx01yDr3wWZQIhAPvFJDzlcc8IbiNIXIW9J2Htd0Q0ldS9"
    "7TZ/oNCsgmie";
inline constexpr const char* kWithOtherName =
    "MIHzMIGbAgEAMAAwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAS0v26gW07ztXC8dl6msH0/gq64Ara/vur7BCGUUtUPJco7ZXZ1"
    "X+B9yQpWUyfeJyqou6Rs/o156a2HNVdbOwCboDkwNwYJKoZIhvcNAQkOMSowKDAmBgNVHREEHzAdgg93d3cuZXhhbXBsZS5vcmeg"
    "CgYDKgMEoAMMAXgwCgYIKoZIzj0EAwIDRwAwRAIgLxZ4kJl7UyILZO2xD5qy9COPU0drJDINabYvydM9/ncCIHnzOy69m7cEC0X9"
    "mWHrdBHgIHqjuEg8uvafJW61NsV6";
inline constexpr const char* kWithOddUsages =
    "MIIBDzCBtgIBADAAMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEtL9uoFtO87VwvHZeprB9P4KuuAK2v77q+wQhlFLVDyXKO2V2"
    "dV/gfckKVlMn3icqqLukbP6NeemthzVXWzsAm6BUMFIGCSqGSIb3DQEJDjFFMEMwGgYDVR0RBBMwEYIPd3d3LmV4YW1wbGUub3Jn"
    "MBgGA1UdJQQRMA8GCCsGAQUFBwMDBgMqAwQwCwYDVR0PBAQDAgIEMAoGCCqGSM49BAMCA0gAMEUCIAu3MyCjv4s65QijONa78rcU"
    "BcE7yCJvdZijVw5glfg8AiEAhsW3UPI8VNSwnoHNU+uC0TagmwI7AG1Fp9kvvmDGYyc=";
inline constexpr const char* kOfRsa1024 =
    "MIIBbDCB1gIBADAAMIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCkGEm3dAnkPcwNsS6e1CfkiIsyP33f0r323hpPZ0K8xwy5"
    "ISnooDmlBzWeCZOIyw2OX5vH4e5n4jgczPCeLGlTh5h9+KL2sX6BwxuBTTZOblD+swS0hX63y1Szkl0a6One5+w6PN6jQUf6FfK2"
    "fVUbyYsK+B6NHFTIB7x/TyaH9wIDAQABoC0wKwYJKoZIhvcNAQkOMR4wHDAaBgNVHREEEzARgg93d3cuZXhhbXBsZS5vcmcwDQYJ"
    "KoZIhvcNAQELBQADgYEAkTMfHMNaoNLIqzE8xO0lvu84xNs7ftZdpQzurrCbDxTCxjYLBOaSQQwZTeCRkmi3OWzxjp8ZvPl6eOcx"
    "DqNHHSbTogO5wRYW34fttWTtQ/ObdpdDN+YwB8NpLXmcojKEO11YU1lv+deQcUNCISmYc4voXVOoPN/N9+TQFw3zcgI=";

} // namespace chancery::test::csrs
