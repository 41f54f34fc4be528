const { exercise } = require("./exercise.cjs");

test("it works under Jest, by require", async () => {
  console.log("OUTCOME", JSON.stringify(await exercise()));
});
