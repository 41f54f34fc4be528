import { exercise } from "./exercise.mjs";

addEventListener("fetch", (event) => event.respondWith(exercise().then((outcome) => Response.json(outcome))));
