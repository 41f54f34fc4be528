import { clientWasm, init, qrWasm, webhooksWasm } from "itpay/slim";

const modules = [clientWasm, qrWasm, webhooksWasm];
await Promise.all(modules.map((module) => init(module, `/node_modules/itpay/dist/wasm/${module.name}`)));
await import("./page.js");
