/**
 * Webhook handlers for `node:http`, Express, Koa and Fastify.
 *
 * @module itpay/webhooks/node
 */

export {
  createNodeHandler,
  type FastifyReply,
  type FastifyServer,
  fastifyWebhook,
  type KoaContext,
  koaWebhook,
  type NodeRequest,
  type NodeResponse,
} from "../src/webhooks/node-handler.js";
export type { WebhookHandlerOptions } from "../src/webhooks/webhook-handler.js";
