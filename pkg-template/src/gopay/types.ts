// GoPay's objects as they are on the wire (REST API v3). Amounts are integers in minor units; unknown fields pass.

import type { GoPaySubState } from "./sub-states.js";

/** Known payment instruments, and any other. */
export type GoPayInstrument =
  | "PAYMENT_CARD"
  | "BANK_ACCOUNT"
  | "GPAY"
  | "APPLE_PAY"
  | "CLICK_TO_PAY"
  | "GOPAY"
  | "PAYPAL"
  | "BITCOIN"
  | "PAYSAFECARD"
  | "PRSMS"
  | "MPAYMENT"
  | "SUPERCASH"
  | "ACCOUNT"
  | "TWISTO"
  | "SKIPPAY"
  | (string & {});

/** Known languages of GoPay's pages, and any other. */
export type GoPayLanguage =
  | "CS"
  | "EN"
  | "SK"
  | "DE"
  | "RU"
  | "PL"
  | "HU"
  | "FR"
  | "RO"
  | "BG"
  | "HR"
  | "IT"
  | "ES"
  | "UK"
  | "ET"
  | "LT"
  | "LV"
  | "SL"
  | "PT"
  | (string & {});

/** Known kinds of pay later, and any other. */
export type GoPayBnplType = "DEFERRED_PAYMENT" | "PAY_IN_THREE" | (string & {});

/** Known states, and any other. */
export type GoPayState =
  | "CREATED"
  | "PAYMENT_METHOD_CHOSEN"
  | "AUTHORIZED"
  | "PAID"
  | "CANCELED"
  | "TIMEOUTED"
  | "REFUNDED"
  | "PARTIALLY_REFUNDED"
  | (string & {});

/** Name and address of the payer. */
export interface GoPayContact {
  /** Given name. */
  first_name?: string | undefined;
  /** Family name. */
  last_name?: string | undefined;
  /** Email address. */
  email?: string | undefined;
  /** Telephone number with country code. */
  phone_number?: string | undefined;
  /** City. */
  city?: string | undefined;
  /** Street and number. */
  street?: string | undefined;
  /** Postal code. */
  postal_code?: string | undefined;
  /** ISO 3166-1 alpha-3, such as `CZE`. */
  country_code?: string | undefined;
}

/** A line of an order. */
export interface GoPayItem {
  /** Kind of the line. Default `ITEM`. */
  type?: "ITEM" | "DELIVERY" | "DISCOUNT" | (string & {}) | undefined;
  /** Name of the product. */
  name: string;
  /** The amount of the whole line, in minor units. It may be negative. The lines add up to the payment's amount. */
  amount: number;
  /** Number of pieces. Default 1. */
  count?: number | undefined;
  /** Value added tax, in percent. */
  vat_rate?: number | string | undefined;
  /** EAN code of the product. */
  ean?: string | number | undefined;
  /** URL of the product. */
  product_url?: string | undefined;
}

/** The terms of a recurrence. */
export interface GoPayRecurrence {
  /** Who charges, and when: GoPay in a cycle, or you with `createRecurrence` (ON_DEMAND). */
  recurrence_cycle: "DAY" | "WEEK" | "MONTH" | "ON_DEMAND" | (string & {});
  /** The number of cycles between two charges, from 1. Omitted for ON_DEMAND. */
  recurrence_period?: number | string | undefined;
  /** The last day, `yyyy-mm-dd`, before 2099-12-31. */
  recurrence_date_to: string;
  /** State of the recurrence, in responses only. */
  recurrence_state?: "REQUESTED" | "STARTED" | "STOPPED" | (string & {}) | undefined;
}

/** Parameters of `payments.create`. */
export interface CreateGoPayPaymentParams {
  /** In minor units, above 0. */
  amount: number;
  /** ISO 4217, such as `CZK`. */
  currency: string;
  /** Your order number, at most 128 characters. */
  order_number: string;
  /** Text for the customer. */
  order_description?: string | undefined;
  /** Lines of the order. They add up to the payment's amount. */
  items?: GoPayItem[] | undefined;
  /** The URL to which the customer returns, and the URL of notifications. */
  callback: { return_url: string; notification_url?: string | undefined };
  /** The payer, and the payment instruments on offer. */
  payer?:
    | {
        allowed_payment_instruments?: GoPayInstrument[] | undefined;
        default_payment_instrument?: GoPayInstrument | undefined;
        allowed_swifts?: string[] | undefined;
        default_swift?: string | undefined;
        /** The kinds of pay later on offer. */
        allowed_bnpl_types?: GoPayBnplType[] | undefined;
        default_bnpl_type?: GoPayBnplType | undefined;
        /** Saves the card: the response of a paid payment has its token in `payer.payment_card.card_token`. */
        request_card_token?: boolean | undefined;
        /** The token of a saved card to pay with. */
        allowed_card_token?: string | undefined;
        /** Whether the saved card needs its PIN. */
        verify_pin?: boolean | string | undefined;
        /** The masked number of the saved card. */
        masked_pan?: string | undefined;
        payment_card?: { card_token?: string | undefined; [field: string]: unknown } | undefined;
        contact?: GoPayContact | undefined;
        [field: string]: unknown;
      }
    | undefined;
  /** Authorizes the amount until `capture` or `voidAuthorization`. */
  preauthorization?: boolean | undefined;
  /** Makes the payment the first of a recurrence. Absent means none. */
  recurrence?: GoPayRecurrence | undefined;
  /** Your data, returned with the payment. */
  additional_params?: { name: string; value: string }[] | undefined;
  /** Such as `EN`. */
  lang?: GoPayLanguage | undefined;
  /** Default: the client's e-shop. */
  target?: { type: string; goid: number } | undefined;
  [field: string]: unknown;
}

/** Parameters of `payments.createRecurrence`. */
export interface CreateGoPayRecurrenceParams {
  /** In minor units, above 0. */
  amount: number;
  /** ISO 4217, such as `CZK`. */
  currency: string;
  /** Your order number, at most 128 characters. */
  order_number: string;
  /** Text for the customer. */
  order_description?: string | undefined;
  /** Lines of the order. They add up to the charge's amount. */
  items?: GoPayItem[] | undefined;
  /** Your data, returned with the payment. */
  additional_params?: { name: string; value: string }[] | undefined;
  [field: string]: unknown;
}

/** A payment, its strings trimmed and its `additional_params` decoded. */
export interface GoPayPayment {
  /** GoPay's id of the payment. */
  id: number | string;
  /** The id of the recurrence's first payment, for a charge. */
  parent_id?: number | string | undefined;
  /** Your order number. */
  order_number?: string | undefined;
  /** State of the payment. */
  state: GoPayState;
  /** The reason for the state, such as `_5006`: insufficient funds. */
  sub_state?: GoPaySubState | undefined;
  /** In minor units. */
  amount?: number | undefined;
  /** ISO 4217. */
  currency?: string | undefined;
  /** The instrument that the customer chose, such as `PAYMENT_CARD`. */
  payment_instrument?: GoPayInstrument | undefined;
  /** The payer. */
  payer?:
    | {
        contact?: GoPayContact | undefined;
        /** The card, once the payer has entered it. */
        payment_card?: GoPayPaymentCard | undefined;
        /** The account of a bank transfer. */
        bank_account?: GoPayBankAccount | undefined;
        [field: string]: unknown;
      }
    | undefined;
  /** The e-shop. */
  target?: { type?: string | undefined; goid?: number | string | undefined } | undefined;
  /** The recurrence, for its first payment. */
  recurrence?: GoPayRecurrence | undefined;
  /** The preauthorization and its state. */
  preauthorization?:
    | {
        requested?: boolean | undefined;
        state?: "REQUESTED" | "AUTHORIZED" | "CAPTURED" | "CANCELED" | (string & {}) | undefined;
      }
    | undefined;
  /** Your data from `create`. */
  additional_params?: { name: string; value: string }[] | undefined;
  /** Language of the payment page. */
  lang?: GoPayLanguage | undefined;
  /** Where the payer pays. */
  gw_url?: string | undefined;
  [field: string]: unknown;
}

/** A refund of a payment. */
export interface GoPayRefund {
  /** GoPay's id of the refund. */
  id: number | string;
  /** State of the refund. */
  state: "REQUESTED" | "SUCCESS" | "FAILED" | (string & {});
  /** In minor units. */
  amount: number;
  /** ISO 4217. */
  currency?: string | undefined;
  /** Time of the request, as GoPay sends it. */
  date_requested?: string | number | undefined;
  /** Time of the last change, as GoPay sends it. */
  date_last_change?: string | number | undefined;
  [field: string]: unknown;
}

/** The card of a payment. */
export interface GoPayPaymentCard {
  /** The card number, masked. */
  card_number?: string | undefined;
  /** YYMM. */
  card_expiration?: string | undefined;
  /** The brand, such as `VISA`. */
  card_brand?: string | undefined;
  /** The country of the issuer, ISO 3166-1 alpha-3. */
  card_issuer_country?: string | undefined;
  /** The bank that issued the card. */
  card_issuer_bank?: string | undefined;
  /** The token of a saved card, for `payer.allowed_card_token` of later payments. */
  card_token?: string | undefined;
  /** The same for each payment with the same card. */
  card_fingerprint?: string | undefined;
  /** The result of 3-D Secure. */
  "3ds_result"?: string | undefined;
  [field: string]: unknown;
}

/** The account of a bank transfer. */
export interface GoPayBankAccount {
  /** The prefix of a Czech account number. */
  prefix?: string | undefined;
  /** The account number. */
  account_number?: string | undefined;
  /** The code of the bank. */
  bank_code?: string | undefined;
  /** The IBAN. */
  iban?: string | undefined;
  /** The BIC of the bank. */
  bic?: string | undefined;
  /** The name of the account. */
  account_name?: string | undefined;
  /** The country of the account, ISO 3166-1 alpha-3. */
  country?: string | undefined;
  /** GoPay's token for the account. */
  account_token?: string | undefined;
  [field: string]: unknown;
}

/** A saved card. */
export interface GoPayCard extends GoPayPaymentCard {
  /** The id of the saved card. */
  card_id: number | string;
  /** Whether the card can be charged. */
  status?: "ACTIVE" | "DELETED" | (string & {}) | undefined;
  /** The masked number of the card behind a wallet. */
  real_masked_pan?: string | undefined;
  /** A picture of the card. */
  card_art_url?: string | undefined;
}

/** The codes by which a banking app pays a payment. */
export interface GoPayQrPayment {
  /** In minor units. */
  amount: number;
  /** ISO 4217. */
  currency: string;
  /** The account that receives the transfer. */
  recipient?:
    | {
        name?: string | undefined;
        bank_account?:
          | {
              local?:
                | {
                    prefix?: string | undefined;
                    account_number?: string | undefined;
                    bank_code?: string | undefined;
                    variable_symbol?: string | undefined;
                    [field: string]: unknown;
                  }
                | undefined;
              international?:
                | {
                    bic?: string | undefined;
                    iban?: string | undefined;
                    reference?: string | undefined;
                    [field: string]: unknown;
                  }
                | undefined;
              [field: string]: unknown;
            }
          | undefined;
        [field: string]: unknown;
      }
    | undefined;
  /** Images in base64: `spayd` for CZK, `paybysquare` and `sepa` for EUR, `mnb_qr` for HUF. */
  qr_code: {
    spayd?: string | undefined;
    paybysquare?: string | undefined;
    sepa?: string | undefined;
    mnb_qr?: string | undefined;
    [field: string]: string | undefined;
  };
  /** The texts of the codes, made by this package from the fields above: `toSvg(qr_text.spayd)`. */
  qr_text: { spayd?: string | undefined; sepa?: string | undefined };
  [field: string]: unknown;
}

/** Parameters of `payments.refund`. */
export interface GoPayRefundParams {
  /** In minor units, above 0. */
  amount: number;
  /** The refunded order lines. They add up to the refund's amount. */
  items?: GoPayItem[] | undefined;
}

/** Parameters of `payments.capture`, for a part of the authorized amount. */
export interface GoPayCaptureParams {
  /** In minor units, above 0. */
  amount: number;
  /** The captured order lines. They add up to the captured amount. */
  items?: GoPayItem[] | undefined;
}

/** Result of a call that changes a payment. `FAILED` is thrown as an error. */
export interface GoPayResult {
  /** GoPay's id of the payment. */
  id?: number | string | undefined;
  /** `FINISHED`: done. `ACCEPTED`: queued, so read the payment again later. */
  result: "ACCEPTED" | "FINISHED" | (string & {});
  [field: string]: unknown;
}

/** Payment instruments of an e-shop. */
export interface GoPayPaymentInstruments {
  /** Groups of instruments, by name. */
  groups?: Record<string, unknown> | undefined;
  /** The instruments that are enabled. */
  enabledPaymentInstruments?: { paymentInstrument: string; [field: string]: unknown }[] | undefined;
  [field: string]: unknown;
}

/** Parameters of `accountStatement`. */
export interface GoPayAccountStatementParams {
  /** `yyyy-mm-dd`. */
  date_from: string;
  /** `yyyy-mm-dd`. */
  date_to: string;
  /** ISO 4217. */
  currency: string;
  /** Format of the file. */
  format: "CSV_A" | "CSV_B" | "CSV_C" | "CSV_D" | "CSV_E" | "XLS_A" | "XLS_B" | "XLS_C" | "ABO_A" | "ABO_B" | "PDF_A";
  /** Default: the client's e-shop. */
  goid?: number | undefined;
}
