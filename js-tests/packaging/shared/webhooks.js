// Of the whole package this needs one function: a bundle of it shows what else comes along.
import { verifySignature } from "itpay/webhooks";

globalThis.outcome = verifySignature("{}", "t=1,v1=0", "whsec_test");
