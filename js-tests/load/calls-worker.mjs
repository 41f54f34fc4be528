// load/calls.mjs as a Worker.

import { callMany } from "./calls.mjs";

export default {
  fetch: async (request, env) =>
    Response.json(await callMany(env.GATEWAY, Number(new URL(request.url).searchParams.get("count")), env.BARE)),
};
