// Found services, as the model sees them.

import { checkedMoney, toMajor } from "./amounts.js";
import { plainText, token } from "./gateway-text.js";

/** A service as the model sees it. Merchants write its texts. */
export function serviceSummary(service: { [field: string]: unknown }): Record<string, unknown> {
  const prices = (service["pricing"] as { one_time?: unknown } | undefined)?.one_time;
  const tiers = Array.isArray(prices) ? prices.slice(0, 5) : [];
  return {
    service_id: token(service["id"]),
    name: plainText(service["name"], 80),
    description: plainText(service["description"], 300),
    prices: tiers.flatMap((tier: { amount?: unknown; currency?: unknown; label?: unknown }) => {
      const price = checkedMoney({ currency: tier?.currency, value: tier?.amount });
      return price === undefined
        ? []
        : [
            {
              amount: toMajor(price.value, price.currency),
              currency: price.currency,
              label: plainText(tier.label, 80),
            },
          ];
    }),
    channels: (Array.isArray(service["accepted_channels"]) ? service["accepted_channels"] : [])
      .slice(0, 20)
      .flatMap((channel) => plainText(channel, 40) ?? []),
  };
}
