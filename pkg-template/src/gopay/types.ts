// GoPay's objects as they are on the wire (REST API v3). Amounts are integers in minor units; unknown fields pass.

/** Known states, and whatever GoPay adds. */
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
  /** E-mail address. */
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
  /** Of the whole line, in minor units; may be negative. All lines together are the payment's amount. */
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

/** How a payment is repeated. */
export interface GoPayRecurrence {
  /** Who charges, and how often: GoPay by itself, or you with `createRecurrence` (ON_DEMAND). */
  recurrence_cycle: "DAY" | "WEEK" | "MONTH" | "ON_DEMAND" | (string & {});
  /** Every so many cycles, from 1; left out for ON_DEMAND. */
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
  /** Your own, at most 128 characters. */
  order_number: string;
  /** Text for the customer. */
  order_description?: string | undefined;
  /** Lines of the order. Their amounts make the payment's amount. */
  items?: GoPayItem[] | undefined;
  /** Where GoPay sends the customer afterwards, and its notifications. */
  callback: { return_url: string; notification_url?: string | undefined };
  /** The payer, and the payment instruments on offer. */
  payer?: {
    allowed_payment_instruments?: string[] | undefined;
    default_payment_instrument?: string | undefined;
    allowed_swifts?: string[] | undefined;
    default_swift?: string | undefined;
    contact?: GoPayContact | undefined;
    [field: string]: unknown;
  } | undefined;
  /** Blocks the money until `capture` or `voidAuthorization`. */
  preauthorization?: boolean | undefined;
  /** Makes the payment the first of a recurrence. Absent means none. */
  recurrence?: GoPayRecurrence | undefined;
  /** Your data, returned with the payment. */
  additional_params?: { name: string; value: string }[] | undefined;
  /** Such as `EN`. */
  lang?: string | undefined;
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
  /** Your own, at most 128 characters. */
  order_number: string;
  /** Text for the customer. */
  order_description?: string | undefined;
  /** Lines of the order. Their amounts make the charge's amount. */
  items?: GoPayItem[] | undefined;
  /** Your data, returned with the payment. */
  additional_params?: { name: string; value: string }[] | undefined;
  [field: string]: unknown;
}

/** A payment, its strings trimmed and its `additional_params` decoded. */
export interface GoPayPayment {
  /** GoPay's id of the payment. */
  id: number | string;
  /** Of a charge of a recurrence: the first payment. */
  parent_id?: number | string | undefined;
  /** Your number of the order. */
  order_number?: string | undefined;
  /** State of the payment. */
  state: GoPayState;
  /** Why, such as `_5006`: not enough money. */
  sub_state?: string | undefined;
  /** In minor units. */
  amount?: number | undefined;
  /** ISO 4217. */
  currency?: string | undefined;
  /** The instrument that the customer chose, such as `PAYMENT_CARD`. */
  payment_instrument?: string | undefined;
  /** The payer. */
  payer?: { contact?: GoPayContact | undefined; [field: string]: unknown } | undefined;
  /** The e-shop. */
  target?: { type?: string | undefined; goid?: number | string | undefined } | undefined;
  /** The recurrence that the payment is the first of. */
  recurrence?: GoPayRecurrence | undefined;
  /** Whether the money is blocked, and what became of it. */
  preauthorization?: { requested?: boolean | undefined; state?: "REQUESTED" | "AUTHORIZED" | "CAPTURED" | "CANCELED" | (string & {}) | undefined } | undefined;
  /** Your data from `create`. */
  additional_params?: { name: string; value: string }[] | undefined;
  /** Language of the payment page. */
  lang?: string | undefined;
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
