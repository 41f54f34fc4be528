// Runs security/adversarial-calls.mjs inside workerd.

import { calls, isTyped } from "./adversarial-calls.mjs";
import { tried } from "./adversarial.mjs";

export default {
  async fetch(request) {
    const { searchParams } = new URL(request.url);
    try {
      await tried(
        calls[searchParams.get("call")],
        isTyped,
        Number(searchParams.get("times")),
        Number(searchParams.get("seed")),
      );
      return new Response("passed");
    } catch (error) {
      return new Response(String(error.stack ?? error), { status: 500 });
    }
  },
};
