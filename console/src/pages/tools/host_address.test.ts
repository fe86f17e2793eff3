import { expect, test } from "vitest";
import { splitAddress } from "./host_address";

test("a host is taken as people have it at hand", () => {
  expect(splitAddress(" www.example.com ")).toEqual({ host: "www.example.com" });
  expect(splitAddress("www.example.com:8443")).toEqual({ host: "www.example.com", port: 8443 });
  expect(splitAddress("https://www.example.com:8443/path?x")).toEqual({ host: "www.example.com", port: 8443 });
  expect(splitAddress("https://www.example.com/")).toEqual({ host: "www.example.com" });
  expect(splitAddress("[2001:db8::1]:8443")).toEqual({ host: "2001:db8::1", port: 8443 });
  expect(splitAddress("2001:db8::1")).toEqual({ host: "2001:db8::1" });
  expect(splitAddress("192.0.2.1:443")).toEqual({ host: "192.0.2.1", port: 443 });
});
