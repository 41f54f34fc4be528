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

export interface GoPayContact {
  first_name?: string | undefined;
  last_name?: string | undefined;
  email?: string | undefined;
  phone_number?: string | undefined;
  city?: string | undefined;
  street?: string | undefined;
  postal_code?: string | undefined;
  /** ISO 3166-1 alpha-3, such as `CZE`. */
  country_code?: string | undefined;
}

export interface GoPayItem {
  type?: "ITEM" | "DELIVERY" | "DISCOUNT" | (string & {}) | undefined;
  name: string;
  /** Of the whole line, in minor units; may be negative. All lines together are the payment's amount. */
  amount: number;
  count?: number | undefined;
  vat_rate?: number | string | undefined;
  ean?: string | number | undefined;
  product_url?: string | undefined;
}

export interface GoPayRecurrence {
  /** Who charges, and how often: GoPay by itself, or you with `createRecurrence` (ON_DEMAND). */
  recurrence_cycle: "DAY" | "WEEK" | "MONTH" | "ON_DEMAND" | (string & {});
  /** Every so many cycles, from 1; left out for ON_DEMAND. */
  recurrence_period?: number | string | undefined;
  /** The last day, `yyyy-mm-dd`, before 2099-12-31. */
  recurrence_date_to: string;
  recurrence_state?: "REQUESTED" | "STARTED" | "STOPPED" | (string & {}) | undefined;
}

export interface CreateGoPayPaymentParams {
  /** In minor units, above 0. */
  amount: number;
  /** ISO 4217, such as `CZK`. */
  currency: string;
  /** Your own, at most 128 characters. */
  order_number: string;
  order_description?: string | undefined;
  items?: GoPayItem[] | undefined;
  callback: { return_url: string; notification_url?: string | undefined };
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
  recurrence?: GoPayRecurrence | undefined;
  additional_params?: { name: string; value: string }[] | undefined;
  /** Such as `EN`. */
  lang?: string | undefined;
  /** Default: the client's e-shop. */
  target?: { type: string; goid: number } | undefined;
  [field: string]: unknown;
}

export interface CreateGoPayRecurrenceParams {
  /** In minor units, above 0. */
  amount: number;
  currency: string;
  order_number: string;
  order_description?: string | undefined;
  items?: GoPayItem[] | undefined;
  additional_params?: { name: string; value: string }[] | undefined;
  [field: string]: unknown;
}

/** A payment, its strings trimmed and its `additional_params` decoded. */
export interface GoPayPayment {
  id: number | string;
  /** Of a charge of a recurrence: the first payment. */
  parent_id?: number | string | undefined;
  order_number?: string | undefined;
  state: GoPayState;
  /** Why, such as `_5006`: not enough money. */
  sub_state?: string | undefined;
  amount?: number | undefined;
  currency?: string | undefined;
  payment_instrument?: string | undefined;
  payer?: { contact?: GoPayContact | undefined; [field: string]: unknown } | undefined;
  target?: { type?: string | undefined; goid?: number | string | undefined } | undefined;
  recurrence?: GoPayRecurrence | undefined;
  preauthorization?: { requested?: boolean | undefined; state?: "REQUESTED" | "AUTHORIZED" | "CAPTURED" | "CANCELED" | (string & {}) | undefined } | undefined;
  additional_params?: { name: string; value: string }[] | undefined;
  lang?: string | undefined;
  /** Where the payer pays. */
  gw_url?: string | undefined;
  [field: string]: unknown;
}

export interface GoPayRefund {
  id: number | string;
  state: "REQUESTED" | "SUCCESS" | "FAILED" | (string & {});
  /** In minor units. */
  amount: number;
  currency?: string | undefined;
  date_requested?: string | number | undefined;
  date_last_change?: string | number | undefined;
  [field: string]: unknown;
}

/** ACCEPTED: queued, read the payment again. FINISHED: done. (FAILED is an error.) */
export interface GoPayResult {
  id?: number | string | undefined;
  result: "ACCEPTED" | "FINISHED" | (string & {});
  [field: string]: unknown;
}

export interface GoPayPaymentInstruments {
  groups?: Record<string, unknown> | undefined;
  enabledPaymentInstruments?: { paymentInstrument: string; [field: string]: unknown }[] | undefined;
  [field: string]: unknown;
}

export interface GoPayAccountStatementParams {
  /** `yyyy-mm-dd`. */
  date_from: string;
  /** `yyyy-mm-dd`. */
  date_to: string;
  currency: string;
  format: "CSV_A" | "CSV_B" | "CSV_C" | "CSV_D" | "CSV_E" | "XLS_A" | "XLS_B" | "XLS_C" | "ABO_A" | "ABO_B" | "PDF_A";
  /** Default: the client's e-shop. */
  goid?: number | undefined;
}
