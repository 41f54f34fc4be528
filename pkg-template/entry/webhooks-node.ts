/**
 * Fetch-style handlers under `node:http`, Express, Koa, Fastify and on AWS Lambda.
 *
 * @module itpay/webhooks/node
 */

export {
  createNodeHandler,
  type FastifyReply,
  type FastifyServer,
  fastifyWebhook,
  type FetchHandler,
  type KoaContext,
  koaWebhook,
  type NodeResponse,
  toFastify,
  toKoa,
  toNodeHandler,
} from "../src/webhooks/node-handler.js";
export { type LambdaEvent, type LambdaResult, toLambda } from "../src/webhooks/lambda-handler.js";
export type { NodeRequest } from "../src/webhooks/node-request.js";
export type { WebhookHandlerOptions } from "../src/webhooks/webhook-handler.js";
