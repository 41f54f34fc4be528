"use client";

import { useEffect } from "react";

import { exercise } from "../../exercise.mjs";

export default function Page() {
  useEffect(() => {
    exercise().then(
      (outcome) => (globalThis.outcome = outcome),
      (error) => (globalThis.outcome = String(error.stack)),
    );
  }, []);
  return <p>client</p>;
}
