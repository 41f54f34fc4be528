// The TypeScript types of the gateways' objects and the Rust structs that read them are the same, so that they can't drift.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import ts from "typescript5";

const read = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

/** The fields of a Rust struct by their wire names, and whether they are optional; without those that are kept as they came. */
function rustFields(path, name) {
  const [, body] =
    new RegExp(`pub struct ${name} \\{\n([^]*?)\n\\}`).exec(read(path)) ?? assert.fail(`no ${name} in ${path}`);
  const fields = new Map();
  let renamed;
  for (const line of body.split("\n")) {
    renamed = /#\[serde\(rename = "(\w+)"/.exec(line)?.[1] ?? renamed;
    const [, field, type] = /^    (?:pub )?(\w+): (.*),$/.exec(line) ?? [];
    if (field === undefined) continue;
    if (field !== "extra") fields.set(renamed ?? field, /^Option<|^Metadata|^Vec</.test(type));
    renamed = undefined;
  }
  assert.ok(fields.size > 0, name);
  return fields;
}

/** The strings of an enum that stays open. */
function rustStrings(path, name) {
  const [, body] =
    new RegExp(`open_enum! \\{[^{}]*?\n    ${name} \\{([^]*?)\n    \\}`).exec(read(path)) ??
    assert.fail(`no ${name} in ${path}`);
  return [...body.matchAll(/= "([^"]+)"/g)].map(([, text]) => text).sort();
}

/** A source file of the package's types. */
function typescript(path) {
  const source = ts.createSourceFile(path, read(path), ts.ScriptTarget.Latest, true);
  const declared = (name) =>
    source.statements.find((statement) => statement.name?.text === name) ?? assert.fail(`no ${name} in ${path}`);
  /** Those of an interface, or of an object type that an alias passes to a generic type. */
  const members = (node) => node.members ?? members(node.type.typeArguments?.[0] ?? node.type);
  const strings = (type) => {
    if (ts.isLiteralTypeNode(type) && ts.isStringLiteral(type.literal)) return [type.literal.text];
    if (ts.isUnionTypeNode(type)) return type.types.flatMap(strings);
    if (ts.isTypeReferenceNode(type)) return (type.typeArguments ?? []).flatMap(strings);
    return [];
  };
  return {
    fields: (name) =>
      new Map(
        members(declared(name))
          .filter(ts.isPropertySignature)
          .map((member) => [member.name.text, member.questionToken !== undefined]),
      ),
    strings: (name) => {
      const [type, field] = name.split(".");
      const node = declared(type);
      return strings(
        field === undefined ? node.type : node.members.find((member) => member.name.text === field).type,
      ).sort();
    },
  };
}

/** Fields that may not be empty. Rust reads an object without them, too. */
const ALWAYS = new Set(["CreateWebhookEndpointParams.enabled_events"]);

const itpay = typescript("pkg-template/src/client/types.ts");
const preview = typescript("pkg-template/src/client/preview.ts");
const gopay = typescript("pkg-template/src/gopay/types.ts");

test("every field that Rust reads or writes has a type, optional where it may be absent", () => {
  for (const [path, struct, types, name, wireNames = {}] of [
    ["src/money.rs", "Money", itpay, "Money"],
    ["src/itpay/payment_intents.rs", "Party", itpay, "Party"],
    ["src/itpay/payment_intents.rs", "PaymentIntent", itpay, "PaymentIntent"],
    ["src/itpay/payment_intents.rs", "CreatePaymentIntent", itpay, "CreatePaymentIntentParams"],
    ["src/itpay/qr_charges.rs", "QrCharge", itpay, "QRCharge"],
    ["src/itpay/manifests.rs", "PriceTier", itpay, "PriceTier"],
    ["src/itpay/manifests.rs", "ServiceManifest", itpay, "ServiceManifest"],
    ["src/itpay/manifests.rs", "CreateManifest", itpay, "CreateManifestParams"],
    ["src/itpay/one_time_payments.rs", "CreateOneTimePayment", preview, "CreateOneTimePaymentParams"],
    ["src/itpay/one_time_payments.rs", "OneTimePayment", preview, "OneTimePayment"],
    ["src/itpay/refunds.rs", "CreateRefund", preview, "CreateRefundParams"],
    ["src/itpay/cumulative.rs", "RecordUsage", preview, "RecordUsageParams"],
    ["src/itpay/cumulative.rs", "UsageRecord", preview, "UsageRecord"],
    ["src/itpay/subscriptions.rs", "Subscription", preview, "PreviewSubscription"],
    ["src/itpay/installs.rs", "CreateInstall", preview, "CreateInstallParams"],
    ["src/itpay/installs.rs", "Install", preview, "Install"],
    ["src/itpay/deliveries.rs", "CreateDelivery", preview, "CreateDeliveryParams"],
    ["src/itpay/webhook_endpoints.rs", "CreateWebhookEndpoint", preview, "CreateWebhookEndpointParams"],
    ["src/itpay/kyc.rs", "VerifyIdentity", preview, "VerifyIdentityParams"],
    ["src/gopay/payments.rs", "Payment", gopay, "GoPayPayment", { email: "payer", go_id: "target" }],
    ["src/gopay/refunds.rs", "Refund", gopay, "GoPayRefund", { requested_at: "date_requested" }],
  ]) {
    const declared = types.fields(name);
    for (const [field, isOptional] of rustFields(path, struct)) {
      const wire = wireNames[field] ?? field;
      assert.ok(declared.has(wire), `${name} lacks ${wire}`);
      if (isOptional && !ALWAYS.has(`${name}.${wire}`)) assert.ok(declared.get(wire), `${name}.${wire} may be absent`);
    }
  }
});

test("every string that Rust knows is in the type, and no other", () => {
  for (const [path, name, types, type] of [
    ["src/itpay/payment_intents.rs", "PaymentType", itpay, "PaymentType"],
    ["src/itpay/payment_intents.rs", "Status", itpay, "PaymentIntentStatus"],
    ["src/itpay/qr_charges.rs", "ChargeStatus", itpay, "QRCharge.status"],
    ["src/gopay/payments.rs", "State", gopay, "GoPayState"],
    ["src/gopay/refunds.rs", "RefundState", gopay, "GoPayRefund.state"],
  ]) {
    assert.deepEqual(types.strings(type), rustStrings(path, name), `${type} and ${name}`);
  }
});

test("the error classes and outcomes of both languages are the same", () => {
  const errors = read("pkg-template/src/internal/errors.ts");
  const classes = /^const classes = \{([^}]+)\}/m.exec(errors)[1].match(/\w+/g).sort();
  assert.deepEqual(classes, rustStrings("src/call_error.rs", "ErrorName"));
  assert.deepEqual(
    typescript("pkg-template/src/internal/errors.ts").strings("Outcome"),
    rustStrings("src/call_error.rs", "Outcome"),
  );
  const fields = [...rustFields("src/call_error.rs", "CallError").keys()].map((name) =>
    name.replaceAll(/_(\w)/g, (_, letter) => letter.toUpperCase()),
  );
  for (const field of fields.filter((name) => !["name", "message", "failure", "sentAt"].includes(name))) {
    assert.match(errors, new RegExp(`^  ${field}\\??: `, "m"), field);
  }
});
