"use client";

import "itpay/qr/element";
import { useEffect } from "react";

import { exercise } from "../../exercise.mjs";

async function drawnAndExercised() {
  const { shadowRoot } = document.querySelector("itpay-qr");
  for (let frame = 0; shadowRoot.querySelector("svg") === null; frame += 1) {
    if (frame === 300) throw new Error(`<itpay-qr> has drawn no code: ${shadowRoot.innerHTML}`);
    await new Promise(requestAnimationFrame);
  }
  return exercise();
}

export default function Page() {
  useEffect(() => {
    drawnAndExercised().then(
      (outcome) => (globalThis.outcome = outcome),
      (error) => (globalThis.outcome = String(error.stack)),
    );
  }, []);
  // The element says its state by an attribute of its own, of which the HTML from the server knows nothing.
  return <itpay-qr data="https://itpay.ai/p/1" amount="699" currency="CNY" lang="en" suppressHydrationWarning />;
}
