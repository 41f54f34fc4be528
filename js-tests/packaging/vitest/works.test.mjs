import { test } from "vitest";

import { exercise } from "./exercise.mjs";

test("it works under Vitest", async () => {
  console.log("OUTCOME", JSON.stringify(await exercise()));
});
