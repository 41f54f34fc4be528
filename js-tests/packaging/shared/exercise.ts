// The program of every consumer of the matrix. The runner puts it into each fresh copy, as it stands
// (exercise.ts), as an ES module (exercise.mjs) and as CommonJS (exercise.cjs).

import { isItPayError, ItPayClient, ItPayError, ValidationError } from "itpay";
import { toSvg } from "itpay/qr";
import { constructEvent, SignatureVerificationError, verifySignature } from "itpay/webhooks";

// The first vector of vectors/webhooks.json: the event of ItPay's documentation, signed by Python.
const BODY =
  '{"id":"evt_01","type":"payment_intent.succeeded","data":{"id":"pi_01","amount":{"currency":"CNY","value":699},"channel":"alipay","status":"succeeded","metadata":{"session_id":"sess_xyz_456"}}}';
const SIGNATURE = "t=1745712345,v1=a0a5c0532be62cb1af9a38375d49cad21c6a62072182f2dc6651b40b1132c3a0";
const SECRET = "whsec_test_secret";
const TIME = { now: 1745712345 };

/** The outcome: plain data, the same everywhere. */
export async function exercise(): Promise<Record<string, unknown>> {
  const requests: unknown[] = [];
  const stub: typeof fetch = async (input, init) => {
    const request = new Request(input, init);
    const signed = /^t=\d{10},v1=[0-9a-f]{64}$/.test(request.headers.get("X-ItPay-Signature") ?? "");
    requests.push({ method: request.method, url: request.url, signed, body: await request.json() });
    return Response.json({ id: "pi_1", status: "pending", amount: { currency: "CNY", value: 699 } }, { status: 201 });
  };
  const client = new ItPayClient({
    apiKey: "sk_test_0123456789abcdef",
    channel: "alipay",
    fetch: stub,
    dangerouslyAllowBrowser: true,
  });
  const params = {
    id: "pi_1",
    service_id: "svc_1",
    type: "one_time",
    amount: { currency: "CNY", value: 699 },
    payer: { agent_id: "agent_1" },
  };
  const intent = await client.paymentIntents.create(params);

  let event: { type: string } | undefined;
  let forgery: unknown;
  try {
    event = constructEvent(BODY, { "x-itpay-signature": SIGNATURE }, SECRET, TIME);
    constructEvent(BODY.replace("699", "6"), SIGNATURE, SECRET, TIME);
  } catch (error) {
    forgery = error;
  }

  let rejection: unknown;
  try {
    await client.paymentIntents.create({ ...params, amount: { currency: "CNY", value: 6.99 } });
  } catch (error) {
    rejection = error;
  }

  return {
    intent: { id: intent.id, status: intent.status, amount: intent.amount },
    requests,
    verified: verifySignature(BODY, SIGNATURE, SECRET, TIME),
    event: event?.type,
    forgery: forgery instanceof SignatureVerificationError &&
      forgery instanceof ItPayError && { isItPayError: isItPayError(forgery), code: forgery.code },
    rejection: rejection instanceof ValidationError &&
      rejection instanceof ItPayError && { isItPayError: isItPayError(rejection), field: rejection.field },
    svg: toSvg("https://itpay.ai/p/1"),
  };
}
