// `toLambda` with the events of API Gateway (REST and HTTP APIs), Function URLs and load balancers, as AWS documents them.

import assert from "node:assert/strict";
import { test } from "node:test";

import { createWebhookHandler, generateTestHeader } from "itpay/webhooks";
import { toLambda } from "itpay/webhooks/node";

const SECRET = "whsec_lambda";
const body = JSON.stringify({ id: "evt_1", type: "payment_intent.succeeded", data: { note: "支付 ✓" } });
const signature = () => generateTestHeader({ payload: body, secret: SECRET });
const base64 = (text) => Buffer.from(text).toString("base64");

const events = {
  "HTTP API and Function URL (2.0)": (over = {}) => ({
    version: "2.0",
    routeKey: "$default",
    rawPath: "/webhook",
    rawQueryString: "a=1&b=%2F",
    cookies: ["c=1", "d=2"],
    headers: {
      host: "id.lambda-url.eu-central-1.on.aws",
      "content-type": "application/json",
      "x-itpay-signature": signature(),
    },
    requestContext: { http: { method: "POST", path: "/webhook" } },
    body,
    isBase64Encoded: false,
    ...over,
  }),
  "REST API (1.0)": (over = {}) => ({
    version: "1.0",
    resource: "/webhook",
    path: "/webhook",
    httpMethod: "POST",
    headers: {
      Host: "id.execute-api.eu-central-1.amazonaws.com",
      "X-ItPay-Signature": signature(),
      Cookie: "c=1; d=2",
    },
    multiValueHeaders: {
      Host: ["id.execute-api.eu-central-1.amazonaws.com"],
      "X-ItPay-Signature": [signature()],
      Cookie: ["c=1", "d=2"],
    },
    queryStringParameters: { a: "1", b: "/" },
    multiValueQueryStringParameters: { a: ["1"], b: ["/"] },
    requestContext: { stage: "prod" },
    body,
    isBase64Encoded: false,
    ...over,
  }),
  "load balancer": (over = {}) => ({
    requestContext: { elb: { targetGroupArn: "arn:aws:…" } },
    httpMethod: "POST",
    path: "/webhook",
    queryStringParameters: { a: "1", b: "%2F" },
    headers: { host: "lb.example", "x-itpay-signature": signature(), cookie: "c=1; d=2" },
    body,
    isBase64Encoded: false,
    ...over,
  }),
  "load balancer with multi-value headers": (over = {}) => ({
    requestContext: { elb: { targetGroupArn: "arn:aws:…" } },
    httpMethod: "POST",
    path: "/webhook",
    multiValueQueryStringParameters: { a: ["1"], b: ["%2F"] },
    multiValueHeaders: { host: ["lb.example"], "x-itpay-signature": [signature()], cookie: ["c=1; d=2"] },
    body,
    isBase64Encoded: false,
    ...over,
  }),
};

for (const [name, event] of Object.entries(events)) {
  test(`${name}: an event is handled once, a forgery is rejected, a base64 body is decoded`, async () => {
    const handled = [];
    const handler = toLambda(
      createWebhookHandler({
        secret: SECRET,
        on: { default: ({ data }) => void handled.push(data.note) },
        onError: () => undefined,
      }),
    );
    const call = async (over) => {
      const { statusCode, body } = await handler(event(over));
      return [statusCode, JSON.parse(body)];
    };
    assert.deepEqual(await call(), [200, { status: "received" }]);
    assert.deepEqual(await call({ body: base64(body), isBase64Encoded: true }), [200, { status: "already_processed" }]);
    assert.equal((await call({ body: `${body} ` }))[0], 401);
    assert.equal((await call({ body: null }))[0], 401);
    assert.deepEqual(handled, ["支付 ✓"]);
  });

  test(`${name}: the URL, the cookies and the headers arrive, and those of the response leave`, async () => {
    let seen;
    const handler = toLambda(async (request) => {
      seen = request;
      const headers = new Headers({ "X-Own": "1" });
      headers.append("Set-Cookie", "e=1");
      headers.append("Set-Cookie", "f=2");
      return new Response(Uint8Array.of(0, 255), { status: 202, headers });
    });
    const result = await handler(event());
    assert.match(seen.url, /^https:\/\/[^/]+\/webhook\?a=1&b=%2F$/);
    assert.equal(seen.headers.get("cookie"), "c=1; d=2");
    assert.deepEqual([result.statusCode, result.isBase64Encoded, result.body], [202, true, "AP8="]);
    if (name.startsWith("HTTP")) assert.deepEqual([result.headers["x-own"], result.cookies], ["1", ["e=1", "f=2"]]);
    else if (name === "load balancer")
      assert.deepEqual([result.headers["x-own"], result.multiValueHeaders], ["1", undefined]);
    else
      assert.deepEqual(
        [result.multiValueHeaders["x-own"], result.multiValueHeaders["set-cookie"], result.headers],
        [["1"], ["e=1", "f=2"], undefined],
      );
  });
}

test("an event with headers, cookies or a host that a Request cannot have is handled", async () => {
  for (const [name, make] of Object.entries(events)) {
    const odd = [
      ["x-city", "北京"],
      ["x-lines", "a\nb"],
      ["a b", "c"],
      ["x-null", null],
      ["host", "a:99999"],
    ];
    for (const [header, value] of odd) {
      const event = make({ cookies: null });
      event.headers &&= { ...event.headers, [header]: value };
      event.multiValueHeaders &&= { ...event.multiValueHeaders, [header]: value && [value] };
      const { statusCode } = await toLambda(createWebhookHandler({ secret: SECRET, on: { default() {} } }))(event);
      assert.equal(statusCode, 200, `${name}: ${header}`);
    }
  }
});

test("a handler that fails, TRACE, and an event that is no request do not reject", async () => {
  const { error } = console;
  console.error = () => undefined;
  try {
    const failing = toLambda(() => {
      throw new Error("mine");
    });
    for (const event of [events["REST API (1.0)"](), {}, null, undefined, 7, { headers: { "bad name": "x" } }])
      assert.equal((await failing(event)).statusCode, 500);
    for (const httpMethod of ["TRACE", "trace", "Connect"])
      assert.equal((await failing(events["REST API (1.0)"]({ httpMethod }))).statusCode, 405);
    const ok = toLambda((request) => new Response(request.method));
    assert.equal((await ok(events["REST API (1.0)"]({ httpMethod: "get" }))).body, "GET");
  } finally {
    console.error = error;
  }
});

test("a response that a server cannot send is a 500, and the length of a proxied body is left out", async () => {
  const { error } = console;
  console.error = () => undefined;
  try {
    for (const response of [Response.error(), new Response("x", { headers: { "X-Own": "a\u0001" } })])
      assert.equal((await toLambda(() => response)({})).statusCode, 500);
    const proxied = new Response("abc", { headers: { "Content-Length": "10", "Transfer-Encoding": "chunked" } });
    const { headers } = await toLambda(() => proxied)({});
    assert.deepEqual(Object.keys(headers), ["content-type"]);
  } finally {
    console.error = error;
  }
});
