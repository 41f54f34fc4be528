import Stripe from "stripe";

import { serve } from "./serve.mjs";

const stripe = new Stripe("sk_test_x");
const subtle = Stripe.createSubtleCryptoProvider();

export default serve(
  (request) => request.text(),
  (body, header, secret) => stripe.webhooks.constructEventAsync(body, header, secret, undefined, subtle),
);
