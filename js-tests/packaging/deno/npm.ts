// The way without a package.json's help: by the registry's name.
import { isItPayError, ItPayClient } from "npm:itpay";
import { verifySignature } from "npm:itpay/webhooks";

import { exercise } from "./exercise.ts";

if (verifySignature("{}", "t=1,v1=0", "whsec_test") || isItPayError(null) || ItPayClient === undefined)
  throw new Error("not the package");
console.log(JSON.stringify(await exercise()));
