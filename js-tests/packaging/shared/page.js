import { exercise } from "./exercise.mjs";

exercise().then(
  (outcome) => (globalThis.outcome = outcome),
  (error) => (globalThis.outcome = String(error.stack)),
);
