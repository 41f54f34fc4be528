// Runs proof/hostile.mjs inside workerd.

import * as itpay from "itpay";
import * as webhooks from "itpay/webhooks";

import { calls, tried } from "./hostile.mjs";

export default {
  async fetch(request) {
    const { searchParams } = new URL(request.url);
    try {
      await tried(calls(itpay, webhooks)[searchParams.get("call")], itpay, Number(searchParams.get("times")), Number(searchParams.get("seed")));
      return new Response("passed");
    } catch (error) {
      return new Response(String(error.stack ?? error), { status: 500 });
    }
  },
};
