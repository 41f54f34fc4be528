// <itpay-qr> in Vue's templates: `import type {} from "itpay/qr/vue"` once, anywhere.

import type { DefineComponent } from "vue";

import type { ItPayQRAttributes, ItPayQREvents } from "../esm/entry/qr-element.js";

type Listeners = { [Name in keyof ItPayQREvents]: (event: ItPayQREvents[Name]) => void };

declare module "vue" {
  interface GlobalComponents {
    "itpay-qr": DefineComponent<ItPayQRAttributes, {}, {}, {}, {}, {}, {}, Listeners>;
  }
}
