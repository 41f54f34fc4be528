// load/calls.mjs as a process of its own: makes so many calls whenever it gets a number.

import { createInterface } from "node:readline";

import { callMany } from "./calls.mjs";

for await (const count of createInterface({ input: process.stdin })) {
  const part = await callMany(process.env.GATEWAY, Number(count));
  console.log(JSON.stringify({ ...part, rss: process.memoryUsage().rss }));
}
