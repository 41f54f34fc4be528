import { exercise } from "./exercise.ts";

Deno.test("it works under deno test", async () => {
  console.log("OUTCOME", JSON.stringify(await exercise()));
});
