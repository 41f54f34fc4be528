import { test } from "bun:test";

import { exercise } from "./exercise.ts";

test("it works under bun test", async () => {
  console.log("OUTCOME", JSON.stringify(await exercise()));
});
