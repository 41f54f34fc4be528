import { exercise } from "./exercise.mjs";

exercise().then((outcome) => console.log(JSON.stringify(outcome)));
