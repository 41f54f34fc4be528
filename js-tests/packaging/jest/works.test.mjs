import { exercise } from "./exercise.mjs";

test("it works under Jest, by import", async () => {
  console.log("OUTCOME", JSON.stringify(await exercise()));
});
