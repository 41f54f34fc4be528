import { constructEvent } from "itpay/webhooks";

import { serve } from "./serve.mjs";

export default serve(async (request) => new Uint8Array(await request.arrayBuffer()), constructEvent);
