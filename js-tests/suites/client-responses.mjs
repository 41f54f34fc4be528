// Responses and errors. A part of the suite in client.mjs.

import assert from "node:assert/strict";

import { KEY, PARAMS, INTENT } from "./client-setup.mjs";

export const cases = ({ ItPayClient, mock, json, misbehaving, rejects }) => [
  [
    "every error response becomes the error class of its status, with any body",
    async () => {
      const documented = {
        error: {
          code: "SERVICE_NOT_FOUND",
          message: "no such service",
          details: { service_id: "svc", field: "service_id" },
        },
        request_id: "req_abc",
      };
      const table = [
        [401, documented, { name: "AuthenticationError", code: "SERVICE_NOT_FOUND", requestId: "req_abc" }],
        [
          422,
          documented,
          {
            name: "ValidationError",
            code: "SERVICE_NOT_FOUND",
            field: "service_id",
            details: documented.error.details,
          },
        ],
        [429, documented, { name: "RateLimitError", retryable: true }],
        [404, documented, { name: "APIError", code: "SERVICE_NOT_FOUND", retryable: false }],
        [402, { error: "payment_required", message: "pay first" }, { name: "APIError", code: "payment_required" }],
        [
          500,
          { error: { message: "x", request_id: "req_in" } },
          { name: "APIError", code: "http_500", requestId: "req_in", retryable: true },
        ],
        [400, { code: "FLAT", message: "flat" }, { name: "APIError", code: "FLAT" }],
        [503, "", { name: "APIError", code: "http_503", requestId: "req_header" }],
        [
          502,
          "<html><head><title>502 Bad Gateway</title></head></html>",
          { name: "APIError", code: "http_502", message: "the gateway responded with 502: 502 Bad Gateway" },
        ],
        [400, "{", { name: "APIError", code: "http_400" }],
        [400, "null", { name: "APIError" }],
        [400, "[1]", { name: "APIError" }],
        [400, '"text"', { name: "APIError", message: "the gateway responded with 400: text" }],
        [304, null, { name: "APIError", code: "http_304" }],
      ];
      for (const [status, body, expected] of table) {
        const { client } = mock(() =>
          body === null ? new Response(null, { status }) : json(body, status, { "x-request-id": "req_header" }),
        );
        await rejects(client.paymentIntents.retrieve("pi_1"), { status, attempts: 1, ...expected });
      }
      for (const [body, field] of [
        ["{}", "id"],
        ["[]", "body"],
        ["", "body"],
        ["{", "body"],
        ['{"id":"x","status":"y","amount":{"currency":"CNY","value":1.5}}', "amount.value"],
      ]) {
        const { client } = mock(() => json(body));
        const error = await rejects(client.paymentIntents.retrieve("pi_1"), {
          name: "APIError",
          code: "unreadable_response",
          status: 200,
        });
        assert.ok(error.message.includes(field), error.message);
      }
    },
  ],
  [
    "a response that isn't of the documented form is an error that names the field, whichever the call",
    async () => {
      const calls = {
        create: (client) => client.paymentIntents.create(PARAMS),
        retrieve: (client) => client.paymentIntents.retrieve("pi_1"),
        wait: (client) => client.paymentIntents.waitForCompletion("pi_1"),
        generate: (client) => client.qr.generate("pi_1"),
        register: (client) => client.manifests.create({ name: "S" }),
        activate: (client) => client.manifests.activate("svc_1"),
        search: (client) => client.manifests.search(),
      };
      // Another product of ItPay's has carts and amounts of another form on the same host.
      const cart = { cart_id: "c_1", amount_minor: 699 };
      const table = [
        [
          ["create", "retrieve", "wait", "generate", "register", "activate", "search"],
          "body",
          ["", "<html>", "null", "7"],
        ],
        [["create", "retrieve", "wait", "generate", "register", "activate"], "body", [[], [{ id: "pi_1" }]]],
        [["create", "retrieve", "wait", "generate", "register", "activate"], "id", [{}, cart, { id: 7 }, { id: "" }]],
        [["create", "retrieve", "wait"], "status", [{ id: "pi_1" }, { id: "pi_1", status: 1 }]],
        [["create", "retrieve", "wait"], "amount", [{ ...INTENT, amount: 699 }]],
        [["create", "retrieve", "wait"], "amount.value", [{ ...INTENT, amount: { currency: "CNY", amount: 699 } }]],
        [["retrieve", "wait"], "id", [{ ...INTENT, id: "pi_2" }]],
        [
          ["generate"],
          "qr_data",
          [{ id: "qr_1" }, { id: "qr_1", scan_url: "https://pay.example/1" }, { id: "qr_1", qr_data: 7 }],
        ],
        [["generate"], "payment_intent_id", [{ id: "qr_1", qr_data: "x", payment_intent_id: "pi_2" }]],
        [["search"], "body", [{}, cart, { data: null }, { data: {} }]],
        [["search"], "body[0]", [[7], { data: ["svc"] }]],
        [["search"], "body[1].id", [[{ id: "svc_1" }, {}], { data: [{ id: "svc_1" }, cart] }]],
      ];
      for (const [names, field, bodies] of table) {
        for (const name of names) {
          for (const body of bodies) {
            const { client } = mock(() => json(body));
            const error = await calls[name](client).then(
              (value) => ({ value }),
              (thrown) => thrown,
            );
            const shown = `${name} ${JSON.stringify(body)}: ${error.stack ?? JSON.stringify(error)}`;
            assert.deepEqual([error.name, error.field, error.status], ["APIError", field, 200], shown);
          }
        }
      }
    },
  ],
  [
    "a search resolves to the list, bare or in `data`",
    async () => {
      const services = [{ id: "svc_1", new_field: 1 }];
      for (const body of [services, { data: services, has_more: false }]) {
        const { client } = mock(() => json(body));
        assert.deepEqual(await client.manifests.search(), services);
      }
    },
  ],
  [
    "a response about another payment is an error",
    async () => {
      const { client } = mock(() =>
        json({ id: "pi_other", payment_intent_id: "pi_other", status: "succeeded", qr_data: "x" }),
      );
      const delivery = { type: "signed_url", source_url: "https://files.example/1" };
      for (const [field, call] of [
        ["id", client.paymentIntents.retrieve("pi_mine")],
        ["id", client.paymentIntents.waitForCompletion("pi_mine")],
        ["payment_intent_id", client.qr.generate("pi_mine")],
        ["id", client.manifests.activate("svc_mine")],
        ["payment_intent_id", client.preview.refunds.create({ payment_intent: "pi_mine" })],
        ["payment_intent_id", client.preview.deliveries.create({ ...delivery, payment_intent_id: "pi_mine" })],
      ]) {
        const error = await rejects(call, { name: "APIError", code: "unreadable_response", status: 200 });
        assert.equal(error.message, `the gateway responded with 200, but ${field} is not the requested one`);
        assert.equal(error.field, field);
      }
      assert.equal((await client.paymentIntents.create(PARAMS)).id, "pi_other", "a create takes the gateway's id");
    },
  ],
  [
    "unknown statuses and fields are passed on",
    async () => {
      const { client } = mock(() =>
        json({ id: "pi_1", status: "levitating", qr: 7, description: ["x"], extra: { y: 1 } }),
      );
      assert.deepEqual(await client.paymentIntents.retrieve("pi_1"), {
        id: "pi_1",
        status: "levitating",
        qr: 7,
        description: ["x"],
        extra: { y: 1 },
      });
    },
  ],
  [
    "an error's stack has the caller's line",
    async () => {
      const { client } = mock(() => json("", 404));
      async function merchantsOwnFunction() {
        await client.paymentIntents.retrieve("pi_1");
      }
      const refusedAtOnce = async () => client.paymentIntents.create({});
      assert.match(
        (await rejects(merchantsOwnFunction(), { status: 404 })).stack,
        /^APIError: the gateway responded with 404[\s\S]*merchantsOwnFunction/,
      );
      assert.match(
        (await rejects(refusedAtOnce(), { name: "ValidationError" })).stack,
        /^ValidationError: [\s\S]*refusedAtOnce/,
      );
    },
  ],
  [
    "withResponse gives the data, the Response and the request id",
    async () => {
      const { client } = mock(() => json(INTENT, 201, { "x-request-id": "req_9" }));
      const { data, response, requestId } = await client.paymentIntents.create(PARAMS).withResponse();
      assert.deepEqual([data, response.status, requestId], [INTENT, 201, "req_9"]);
    },
  ],
  [
    "a fetch that resolves to no Response is a typed error, not a trap",
    async () => {
      for (const value of [undefined, null, 7, {}, { status: 200 }, { status: 200, headers: {}, text: () => "" }]) {
        const { client } = mock(() => value);
        await rejects(client.paymentIntents.retrieve("pi_1"), { name: "ValidationError", field: "fetch" });
      }
      const { client } = mock(() => ({
        status: 200,
        headers: new Map(),
        text: () => {
          throw new Error("no");
        },
      }));
      await rejects(client.paymentIntents.retrieve("pi_1"), { name: "ConnectionError", code: "broken_answer" });
    },
  ],
  [
    "a call that fails at once is no unhandled rejection",
    async () => {
      const unhandled = [];
      const note = (event) => unhandled.push(event);
      globalThis.addEventListener?.("unhandledrejection", note);
      globalThis.process?.on?.("unhandledRejection", note);
      const { client } = mock(() => json(INTENT));
      const refuse = () => client.paymentIntents.create({});
      const ways = [
        refuse,
        async () => refuse(),
        () => Promise.resolve().then(refuse),
        () => Promise.all([refuse()]),
        () => refuse().withResponse(),
        () => client.paymentIntents.waitForCompletion(7),
        () => client.paymentIntents.retrieve("pi_1", { signal: AbortSignal.abort() }),
      ];
      for (const way of ways) await rejects(way(), { attempts: 0 });
      await new Promise((resolve) => setTimeout(resolve, 10));
      globalThis.removeEventListener?.("unhandledrejection", note);
      globalThis.process?.off?.("unhandledRejection", note);
      assert.equal(unhandled.length, 0);
    },
  ],
  [
    "a body is not read on after the call has ended, even if `fetch` does not heed its signal",
    async () => {
      let reads = 0;
      const read = async () => {
        await new Promise((resolve) => setTimeout(resolve, 1));
        reads += 1;
        return { done: false, value: new Uint8Array(1) };
      };
      const body = { getReader: () => ({ read, cancel: () => Promise.reject(new Error("no")) }) };
      const { client } = mock(() => ({ status: 200, headers: new Headers(), body }), { timeout: 30 });
      await rejects(client.paymentIntents.retrieve("pi_1"), { name: "TimeoutError" });
      await new Promise((resolve) => setTimeout(resolve, 10));
      const readsAfterTheEnd = reads;
      await new Promise((resolve) => setTimeout(resolve, 50));
      assert.equal(reads, readsAfterTheEnd);
    },
  ],
  [
    "a body in pieces of any size is read in order",
    async () => {
      const bytes = new TextEncoder().encode(JSON.stringify({ ...INTENT, description: "žluťoučký 🍰".repeat(500) }));
      for (const size of [1, 2, 7, 4096, bytes.length]) {
        const pieces = [new Uint8Array()];
        for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.slice(at, at + size), new Uint8Array());
        const body = new ReadableStream({
          pull(controller) {
            if (pieces.length === 0) controller.close();
            else controller.enqueue(pieces.shift());
          },
        });
        const { client } = mock(() => new Response(body));
        assert.equal((await client.paymentIntents.retrieve(INTENT.id)).description, "žluťoučký 🍰".repeat(500));
      }
    },
  ],
  [
    "an object that resembles a Response is read as far as possible, or a typed error",
    async () => {
      const odd = (status, id, body) => ({
        status,
        ok: true,
        headers: { get: (name) => (name === "x-request-id" ? id : 7) },
        text: async () => body,
      });
      for (const id of [7, {}, [], true, undefined, Symbol("id"), 1n]) {
        const { client } = mock(() => odd(200, id, JSON.stringify(INTENT)));
        assert.deepEqual(await client.paymentIntents.retrieve("pi_1"), INTENT);
      }
      for (const body of [7, {}, undefined, null, Symbol("body"), new Uint8Array([123])]) {
        await rejects(mock(() => odd(200, "req_1", body)).client.paymentIntents.retrieve("pi_1"), {
          name: "APIError",
          code: "unreadable_response",
          requestId: "req_1",
        });
      }
      for (const status of [NaN, -1, 1e9, Infinity, 200.5, 65_536 + 200])
        await rejects(mock(() => odd(status, "req_1", JSON.stringify(INTENT))).client.paymentIntents.retrieve("pi_1"), {
          name: "APIError",
          status: 0,
        });
      await rejects(mock(() => odd(503, "req_1", "{}")).client.paymentIntents.retrieve("pi_1"), {
        name: "APIError",
        status: 503,
      });
    },
  ],
  [
    "a response is read up to 16 MB",
    async () => {
      const megabyte = new Uint8Array(1024 * 1024).fill(32);
      const spaces = (count, end) => {
        let sent = 0;
        let canceled = false;
        const body = new ReadableStream({
          pull: (controller) => {
            if (sent < count) controller.enqueue(megabyte);
            else if (sent === count) controller.enqueue(new TextEncoder().encode(JSON.stringify(INTENT)));
            else controller.close();
            sent += 1;
          },
          cancel: () => (canceled = true),
        });
        return { fetch: async () => new Response(body), canceled: () => canceled };
      };
      const good = spaces(2);
      assert.deepEqual(
        await new ItPayClient({ apiKey: KEY, fetch: good.fetch }).paymentIntents.retrieve("pi_1"),
        INTENT,
      );
      const endless = spaces(Infinity);
      const error = await rejects(
        new ItPayClient({ apiKey: KEY, fetch: endless.fetch, timeout: 20_000 }).paymentIntents.retrieve("pi_1"),
        { name: "ConnectionError", code: "response_too_large", status: 200, attempts: 1 },
      );
      assert.match(error.message, /too large/);
      assert.ok(endless.canceled());
    },
  ],
  [
    "gzip and single bytes are read; truncation, 2 MB of HTML and numbers beyond 2^53 are errors",
    async () => {
      assert.deepEqual(await misbehaving("gzip").client.paymentIntents.retrieve("pi_1"), INTENT);
      assert.deepEqual(await misbehaving("byte-by-byte").client.paymentIntents.retrieve("pi_1"), INTENT);
      await rejects(misbehaving("truncated").client.paymentIntents.retrieve("pi_1"), {
        name: "APIError",
        code: "unreadable_response",
      });
      const huge = await rejects(misbehaving("huge").client.paymentIntents.retrieve("pi_1"), {
        name: "APIError",
        status: 400,
      });
      assert.ok(huge.message.length < 400);
      await rejects(misbehaving("big").client.paymentIntents.retrieve("pi_1"), { code: "unreadable_response" });
    },
  ],
];
