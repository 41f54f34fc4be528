// The reasons for a payment's state. Source: GoPay's documentation and SDKs.
// Some of the newer codes are known by name alone, so that their sentence says nothing about the money.

const DECLINED = "The payment was declined";
const NOT_MADE = "The payment was not made.";
const UNDOCUMENTED = "GoPay does not document this reason: the state of the payment says how it ended.";
const FAILED = "The payment failed because of a technical problem";

const SENTENCES = {
  _101: "The online payment is not confirmed yet.",
  _102: "The bank transfer is not received yet.",
  _3001: "The bank confirmed the transfer by an advice.",
  _3002: "The bank confirmed the transfer by a statement.",
  _3003: "The bank did not authorize the transfer.",
  _5001: "The payment was approved with a zero amount.",
  _5002: `${DECLINED}: the limit of the card is exceeded.`,
  _5003: `${DECLINED} by the card issuer.`,
  _5004: `${DECLINED} by the card issuer.`,
  _5005: `${DECLINED}: the card is blocked.`,
  _5006: `${DECLINED}: there is not enough money on the account.`,
  _5007: `${DECLINED}: the card has expired.`,
  _5008: `${DECLINED}: the CVV or CVC code is wrong.`,
  _5009: `${DECLINED} by the 3D Secure system of the card issuer.`,
  _5010: `${DECLINED}: there is a problem with the card.`,
  _5011: `${DECLINED}: there is a problem with the account.`,
  _5012: `${FAILED} at the bank.`,
  _5013: `${DECLINED}: the card number is wrong.`,
  _5014: `${DECLINED}: there is a problem with the card.`,
  _5015: `${DECLINED} in 3D Secure.`,
  _5016: `${DECLINED}: the card is not permitted for this payment.`,
  _5017: `${DECLINED} in 3D Secure.`,
  _5018: `${DECLINED} in 3D Secure.`,
  _5019: `${DECLINED} in 3D Secure.`,
  _5021: `${DECLINED}: the limit of the card or account is exceeded.`,
  _5022: `${FAILED} in the authorization center.`,
  _5023: NOT_MADE,
  _5024: "The payment was not made in time.",
  _5025: NOT_MADE,
  _5026: "More was credited than had been paid.",
  _5027: NOT_MADE,
  _5028: NOT_MADE,
  _5029: NOT_MADE,
  _5030: `${DECLINED}: there were too many attempts.`,
  _5031: `${FAILED} at the bank.`,
  _5035: `${DECLINED}: the card is from a region that is not allowed.`,
  _5036: `${DECLINED}: there is a problem with the account.`,
  _5037: "The cardholder canceled the payment.",
  _5038: NOT_MADE,
  _5039: `${DECLINED}: the card is blocked.`,
  _5040: "The reversal is a duplicate.",
  _5041: "The transaction is a duplicate.",
  _5042: "The bank declined the transfer.",
  _5043: "The customer canceled the payment.",
  _5046: "The customer paid less than the amount.",
  _5047: "The payment was received after its time limit.",
  _5048: UNDOCUMENTED,
  _5049: UNDOCUMENTED,
  _5050: UNDOCUMENTED,
  _6001: UNDOCUMENTED,
  _6002: UNDOCUMENTED,
  _6003: UNDOCUMENTED,
  _6004: UNDOCUMENTED,
  _6005: UNDOCUMENTED,
  _6501: UNDOCUMENTED,
  _6502: `${DECLINED} in 3D Secure.`,
  _6504: `${DECLINED} in 3D Secure.`,
} as const;

/** Known sub-states, and any other. */
export type GoPaySubState = keyof typeof SENTENCES | (string & {});

/**
 * Returns an English sentence for a sub-state, or undefined for an unknown one.
 * @param subState GoPay's code, such as `_5006`
 */
export function describeSubState(subState: string | undefined): string | undefined {
  return subState !== undefined && Object.hasOwn(SENTENCES, subState)
    ? SENTENCES[subState as keyof typeof SENTENCES]
    : undefined;
}
