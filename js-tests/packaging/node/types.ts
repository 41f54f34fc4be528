import { exercise } from "./exercise.ts";

console.log(JSON.stringify(await exercise()));
